#include "core/workspace/scan.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/workspace/linker.h"
#include "objects/store/object_store.h"

namespace dvx {

namespace {
std::string absolute_of(const ScannedPath& subject, const WalkedDirectory& directory) {
  return join_path(subject.absolute, path_beneath(directory.path, subject.path).value_or(""));
}
}  // namespace

// A file whose content must be read, and where its id goes.
struct WorkspaceScan::DirtyFile {
  ScannedPath* subject;
  WalkedDirectory* directory;  // null: the subject is the file itself
  WalkedEntry* entry;
  bool is_indexed = false;  // with another stamp, doubtful, or without its bytes in the store
  // Of the indexed file, when it has this stamp. While it is doubtful, `entry` has the id that it was indexed
  // with.
  Standing standing = Standing::Cached;

  std::string path() const {
    return directory == nullptr ? subject->path : join_path(directory->path, directory->name(*entry));
  }
  std::string absolute() const {
    if (directory == nullptr) return subject->absolute;
    return join_path(absolute_of(*subject, *directory), directory->name(*entry));
  }
};

namespace {

// Results and index changes of so many files are held at a time.
constexpr std::size_t kBatch = 32768;
// So many paths are one task.
constexpr std::size_t kPathsPerTask = 1024;
// Few files: what is read and hashed within a tick of the clock, roughly.
constexpr std::size_t kFewFiles = 100;
constexpr std::uint64_t kFewBytes = std::uint64_t{2} << 20;

std::string read_link(const std::string& path) {
  std::string target(256, '\0');
  for (;;) {
    const ssize_t length = beneath::read_link(path, target.data(), target.size());
    if (length < 0) throw system_error("read link", path);
    if (static_cast<std::size_t>(length) < target.size()) {
      target.resize(static_cast<std::size_t>(length));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

std::string kind_words(mode_t mode) {
  if (S_ISFIFO(mode)) return "a fifo";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

Error special_file(const std::string& path, mode_t mode) {
  return Error(ErrorKind::Usage,
               fmt::format("'{}' is {}, which holds no data to keep", display_path(path), kind_words(mode)),
               {}, path);
}

// A symlink that somebody put in place of data stands for what it leads to; one that came with the repository
// must not lead out of it.
void follow(ScannedPath& subject) {
  if (!beneath::may_read(subject.absolute)) throw system_error("follow", subject.path, ELOOP);
  char* real = ::realpath(subject.absolute.c_str(), nullptr);
  if (real == nullptr) throw system_error("follow link", subject.path);
  subject.absolute = real;
  std::free(real);
}

// The store knows absolute paths; people read paths from the root.
Error named(const Error& error, const std::string& path, const std::string& absolute) {
  std::string message = error.message();
  if (const auto at = message.find(absolute); at != std::string::npos)
    message.replace(at, absolute.size(), path);
  return Error(error.kind(), message, error.hint(), path);
}

}  // namespace

WorkspaceScan::WorkspaceScan(Repository& repository, const ScanOptions& options, Progress& progress)
    : repository_(repository),
      options_(options),
      progress_(progress),
      index_(repository.index()),
      ingest_(options.into) {}

WorkspaceScan::~WorkspaceScan() = default;

std::vector<ScannedPath> WorkspaceScan::run(const std::vector<std::string>& paths) {
  std::vector<ScannedPath> subjects(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    subjects[i].path = paths[i];
    subjects[i].absolute = repository_.path(paths[i]);
  }
  const auto stats = stat_all(subjects);
  for (std::size_t i = 0; i < paths.size(); ++i) examine(subjects[i], stats[i]);
  settle_files(subjects);
  look_in_store();
  hash_dirty();
  for (ScannedPath& subject : subjects) {
    std::ranges::sort(subject.failed, {}, &FailedPath::path);
    std::ranges::sort(subject.damaged);
  }
  return subjects;
}

Ingest& WorkspaceScan::ingest() {
  if (ingest_ == nullptr) {
    own_ingest_ = repository_.store().begin_ingest(
        {.mode = options_.mode,
         .threads = repository_.jobs(),
         .progress = &progress_,
         .stops_when_interrupted = options_.interrupted == WhenInterrupted::Stop});
    ingest_ = own_ingest_.get();
  }
  return *ingest_;
}

void WorkspaceScan::finish() {
  if (!own_ingest_) return;
  own_ingest_->finish();
  own_ingest_.reset();
  ingest_ = nullptr;
}

// Many of them by several threads. Left out: what cannot be told, which look_at() finds out anew.
std::vector<std::optional<WorkspaceScan::Found>> WorkspaceScan::stat_all(
    const std::vector<ScannedPath>& subjects) {
  std::vector<std::optional<Found>> stats(subjects.size());
  const auto stat_some = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      try {
        stats[i] = stat_if_exists(subjects[i].absolute);
      } catch (const Error&) {
        stats[i].reset();
      }
    }
  };
  if (subjects.size() < 2 * kPathsPerTask) {
    stat_some(0, subjects.size());
    return stats;
  }
  for (std::size_t begin = 0; begin < subjects.size(); begin += kPathsPerTask) {
    const std::size_t end = std::min(subjects.size(), begin + kPathsPerTask);
    pool().submit([&stat_some, begin, end] { stat_some(begin, end); });
  }
  pool().wait();
  return stats;
}

ThreadPool& WorkspaceScan::pool() {
  if (!pool_) pool_ = std::make_unique<ThreadPool>(repository_.jobs(), SIZE_MAX);
  return *pool_;
}

void WorkspaceScan::examine(ScannedPath& subject, const std::optional<Found>& found) {
  try {
    look_at(subject, found);
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::Interrupted) throw;
    subject.failed.push_back({subject.path, e});
  }
}

void WorkspaceScan::look_at(ScannedPath& subject, const std::optional<Found>& found) {
  Found st = found ? *found : stat_if_exists(subject.absolute);
  if (!st) return;
  if (S_ISLNK(st->st_mode)) {
    if (const auto id = linked_object(read_link(subject.absolute), repository_.store_dir())) {
      subject.file = linked_file(subject.path, *id);
      return;
    }
    follow(subject);
    st = stat_if_exists(subject.absolute);
    if (!st) return;
  }
  if (S_ISDIR(st->st_mode)) return walk(subject);
  if (!S_ISREG(st->st_mode)) throw special_file(subject.path, st->st_mode);
  subject.file.emplace();
  subject.file->stamp = stamp_of(*st);
}

// Those that are files themselves, with one pass over the index.
void WorkspaceScan::settle_files(std::vector<ScannedPath>& subjects) {
  std::vector<ScannedPath*> files;
  for (ScannedPath& subject : subjects) {
    const bool is_settled = !subject.file || subject.file->id != ObjectId();
    if (!is_settled) files.push_back(&subject);
  }
  std::ranges::sort(files, {}, [](const ScannedPath* file) -> const std::string& { return file->path; });
  std::vector<std::string> paths;
  paths.reserve(files.size());
  for (const ScannedPath* file : files) paths.push_back(file->path);
  const auto known = index_.find_all(paths);
  for (std::size_t i = 0; i < files.size(); ++i) {
    settle(DirtyFile{files[i], nullptr, &*files[i]->file}, known[i] ? &*known[i] : nullptr);
  }
}

WalkedEntry WorkspaceScan::linked_file(const std::string& path, const ObjectId& id) {
  WalkedEntry entry;
  const auto info = repository_.store().find(id);
  if (!info) {
    throw Error(
        ErrorKind::NotFound,
        fmt::format("'{}' is a link to object {}, which the store lacks", display_path(path), id.short_hex()),
        "dvx pull", path);
  }
  entry.kind = WalkedKind::File;
  entry.id = id;
  entry.stamp.size = info->size;
  return entry;
}

void WorkspaceScan::walk(ScannedPath& subject) {
  const IgnoreRules rules = load_ignore_rules(repository_.root(), parent_path(subject.path), ".dvxignore");
  Walk found = walk_directory(subject.absolute, subject.path, rules, pool());
  subject.top = std::move(found.top);
  subject.failed = std::move(found.failed);
  subject.leftovers = std::move(found.leftovers);
  for (const std::string& file : storing() ? found.git_files : std::vector<std::string>()) {
    progress_.warning(fmt::format(
        "'{}' is not kept: '{}' is a git repository of its own, and dvx keeps its files without git's",
        display_path(file), display_path(parent_path(file))));
  }
  const auto cursor = index_.scan(subject.path);
  const IndexEntry* known = cursor->next();
  match(subject, *subject.top, *cursor, known);
  for (; known != nullptr; known = cursor->next()) forget(known->path);
  flush_index();
}

// Both sides come in path order: what the index has and the walk has not is gone.
void WorkspaceScan::match(ScannedPath& subject, WalkedDirectory& directory, IndexCursor& cursor,
                          const IndexEntry*& known) {
  for (WalkedEntry& entry : directory.entries) {
    if (entry.kind == WalkedKind::Directory) {
      match(subject, *directory.children[entry.child], cursor, known);
      continue;
    }
    path_ = directory.path;
    if (!path_.empty()) path_ += '/';
    path_ += directory.name(entry);
    for (; known != nullptr && known->path < path_; known = cursor.next()) forget(known->path);
    const bool same = known != nullptr && known->path == path_;
    if (entry.kind == WalkedKind::File) {
      settle(DirtyFile{&subject, &directory, &entry}, same ? known : nullptr);
      if (same) known = cursor.next();
    } else if (entry.kind == WalkedKind::Symlink) {
      settle_link(subject, directory, entry);
    } else {
      subject.failed.push_back({path_, special_file(path_, entry.stamp.mode)});
    }
  }
}

void WorkspaceScan::settle_link(ScannedPath& subject, WalkedDirectory& directory, WalkedEntry& entry) {
  try {
    const std::string target = read_link(join_path(absolute_of(subject, directory), directory.name(entry)));
    if (const auto id = linked_object(target, repository_.store_dir())) {
      const WalkedEntry linked = linked_file(join_path(directory.path, directory.name(entry)), *id);
      entry.kind = WalkedKind::File;
      entry.id = linked.id;
      entry.stamp = linked.stamp;
      return;
    }
    entry.stamp.size = target.size();
    entry.id = storing() ? ingest().add_bytes(target) : ObjectId::of(target);
  } catch (const Error& e) {
    subject.failed.push_back({join_path(directory.path, directory.name(entry)), e});
  }
}

// The index's word is taken for a file with the same stamp; but bytes that are to be kept must be in the
// store.
void WorkspaceScan::settle(DirtyFile file, const IndexEntry* known) {
  file.is_indexed = known != nullptr;
  if (known == nullptr || !same_stamp(known->stamp, file.entry->stamp)) {
    dirty_.push_back(file);
    return;
  }
  file.entry->id = known->id;
  file.standing = known->standing;
  if (known->standing == Standing::Doubtful) {
    dirty_.push_back(file);
    return;
  }
  if (known->standing == Standing::Damaged) file.subject->damaged.push_back(file.path());
  ++file.subject->reused_files;
  if (!storing()) return;
  known_.push_back(file);
  if (known_.size() == kBatch) look_in_store();
}

// Looked up in the order of the store's index, where neighbours share cache lines; read in that of the walk.
void WorkspaceScan::look_in_store() {
  std::vector<WalkedEntry*> by_id;
  for (const DirtyFile& file : known_) by_id.push_back(file.entry);
  std::ranges::sort(by_id, {}, [](const WalkedEntry* entry) -> const ObjectId& { return entry->id; });
  for (WalkedEntry* entry : by_id) {
    if (!repository_.store().contains(entry->id)) entry->id = ObjectId();
  }
  for (const DirtyFile& file : known_) {
    if (file.entry->id != ObjectId()) continue;
    --file.subject->reused_files;
    dirty_.push_back(file);
  }
  known_.clear();
}

void WorkspaceScan::forget(const std::string& path) {
  removed_.push_back(path);
  if (removed_.size() >= kBatch) flush_index();
}

void WorkspaceScan::flush_index() {
  index_.update(changed_, removed_);
  changed_.clear();
  removed_.clear();
}

void WorkspaceScan::hash_dirty() {
  if (dirty_.empty()) return;
  std::uint64_t bytes = 0;
  std::int64_t newest = 0;
  for (const DirtyFile& file : dirty_) {
    bytes += file.entry->stamp.size;
    newest = std::max(newest, file.entry->stamp.ctime_ns);
  }
  let_clock_pass(newest, bytes);
  progress_.begin(storing() ? "storing" : "hashing", dirty_.size(), bytes);
  for (std::size_t begin = 0; begin < dirty_.size(); begin += kBatch) {
    hash_batch(begin, std::min(dirty_.size(), begin + kBatch));
  }
  progress_.end();
  dirty_.clear();
}

// The racy rule without a second hashing: when reading begins after the tick in which a file was written, its
// stamp tells of every later change.
void WorkspaceScan::let_clock_pass(std::int64_t newest, std::uint64_t bytes) {
  const SystemClock clock;
  const std::int64_t wait = newest + kClockTickNs - clock.now_ns();
  const bool are_few = dirty_.size() <= kFewFiles && bytes <= kFewBytes;
  const bool may_wait = options_.fresh == FreshFiles::Await || !are_few;
  if (may_wait && wait > 0 && wait <= kClockTickNs)
    std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
  settled_before_ = clock.now_ns() - kClockTickNs;
}

void WorkspaceScan::hash_batch(std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (options_.interrupted == WhenInterrupted::Stop) throw_if_interrupted();
    ingest().add_file(dirty_[i].absolute(), dirty_[i].entry->stamp.size, i);
  }
  for (IngestResult& hashed : ingest().collect())
    take(dirty_[static_cast<std::size_t>(hashed.token)], hashed);
  std::ranges::sort(changed_, {}, &IndexEntry::path);
  std::ranges::sort(removed_);
  flush_index();
}

// Nobody has written to a file whose stamp is still that of an earlier run of the machine: what was read came
// from the disk.
Standing WorkspaceScan::standing_of(const DirtyFile& file, const IngestResult& hashed) {
  if (!same_stamp(hashed.stamp, file.entry->stamp)) return Standing::Cached;
  if (file.standing == Standing::Doubtful)
    return hashed.id == file.entry->id ? Standing::Durable : Standing::Damaged;
  return file.standing == Standing::Damaged ? Standing::Damaged : Standing::Cached;
}

void WorkspaceScan::take(const DirtyFile& file, IngestResult& hashed) {
  std::string path = file.path();
  if (hashed.error) {
    file.subject->failed.push_back({path, named(*hashed.error, path, file.absolute())});
    file.entry->id = ObjectId();
    return;
  }
  const Standing standing = standing_of(file, hashed);
  const bool is_news = file.standing == Standing::Doubtful && standing == Standing::Damaged;
  if (is_news) file.subject->damaged.push_back(path);
  file.entry->id = hashed.id;
  file.entry->stamp = hashed.stamp;
  file.entry->stamp.size = hashed.size;
  ++file.subject->hashed_files;
  if (hashed.stamp.ctime_ns < settled_before_) {
    changed_.push_back({std::move(path), hashed.stamp, hashed.id, standing});
  } else if (file.is_indexed) {
    removed_.push_back(std::move(path));
  }
}

}  // namespace dvx
