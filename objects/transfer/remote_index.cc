#include "objects/transfer/remote_index.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <mutex>
#include <set>
#include <tuple>
#include <utility>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/backend/file_source.h"
#include "objects/transfer/remote_layout.h"

namespace dvx {

namespace {
// Fewer than this many segments are not merged.
constexpr std::size_t kMergeWidth = 8;
constexpr std::time_t kKeepUnlistedSeconds = 60 * 60;

class HashingSink final : public Sink {
 public:
  explicit HashingSink(Sink& inner) : inner_(inner) {}
  void write(std::span<const std::byte> bytes) override {
    hasher_.update(bytes);
    size_ += bytes.size();
    inner_.write(bytes);
  }
  ObjectId finish() { return hasher_.finish(); }
  std::uint64_t size() const { return size_; }

 private:
  Sink& inner_;
  Hasher hasher_;
  std::uint64_t size_ = 0;
};

// Downloads a segment into the cache and checks it against its name.
void download(Backend& backend, const std::string& name, const ObjectId& id, const std::string& target) {
  AtomicFile file(target);
  FdSink to_file(file.fd(), target);
  HashingSink sink(to_file);
  backend.read(name, 0, std::nullopt, sink);
  if (sink.finish() != id) {
    throw Error(ErrorKind::Corruption,
                fmt::format("'{}' on remote '{}' is not what its name says", name, backend.url()), {}, name);
  }
  file.commit();
}
}  // namespace

RemoteIndex::RemoteIndex(Backend& backend, std::string cache) : backend_(backend), cache_(std::move(cache)) {
  load();
}

void RemoteIndex::load() {
  const std::string format(kRemoteFormatName);
  if (!backend_.stat(format)) return;
  check_remote_format(read_all(backend_, format), backend_.url());
  exists_ = true;
  make_directories(cache_);
  // Another process may merge, which removes segments that were listed. The next listing has their
  // replacement.
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    if (load_listed()) return drop_unlisted_from_cache();
  }
  throw Error(ErrorKind::Network, fmt::format("the index of remote '{}' keeps changing", backend_.url()),
              "run the command again");
}

bool RemoteIndex::load_listed() {
  entries_.clear();
  std::vector<BackendEntry> listed;
  backend_.list(std::string(kRemoteIndexPrefix), [&](const BackendEntry& entry) { listed.push_back(entry); });
  for (const BackendEntry& entry : listed) {
    const auto id = id_of_remote_name(entry.name);
    if (!id || remote_segment_name(*id) != entry.name) continue;
    const std::string path = cache_path(entry.name);
    try {
      const auto cached = stat_if_exists(path);
      if (!cached || static_cast<std::uint64_t>(cached->st_size) != entry.size)
        download(backend_, entry.name, *id, path);
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::NotFound && !backend_.stat(entry.name)) return false;
      throw;
    }
    entries_.push_back({entry.name, entry.size, Segment::open(path)});
  }
  return true;
}

std::string RemoteIndex::cache_path(const std::string& name) const {
  return join_path(cache_, file_name(name));
}

// Removes only files that have been in the cache for a while, because another process may have published a
// segment after the listing.
void RemoteIndex::drop_unlisted_from_cache() const {
  std::set<std::string, std::less<>> listed;
  for (const Entry& entry : entries_) listed.emplace(file_name(entry.name));
  for (const std::string& name : names_in_directory(cache_)) {
    if (!name.ends_with(".seg") || listed.contains(name)) continue;
    const std::string file = join_path(cache_, name);
    const auto st = stat_if_exists(file);
    // A file that cannot be removed only takes space.
    if (st && ::time(nullptr) - st->st_mtime > kKeepUnlistedSeconds) beneath::remove_file(file);
  }
}

std::optional<SegmentHit> RemoteIndex::find(const ObjectId& id) const {
  const std::shared_lock lock(mutex_);
  for (const Entry& entry : entries_) {
    if (auto hit = entry.segment->find(id)) return hit;
  }
  return std::nullopt;
}

void RemoteIndex::create() {
  if (exists_) return;
  const std::string text = serialize_remote_format();
  StringSource source(text);
  const std::string name(kRemoteFormatName);
  backend_.write_if_absent(name, source, text.size());
  check_remote_format(read_all(backend_, name), backend_.url());
  make_directories(cache_);
  exists_ = true;
}

void RemoteIndex::publish(const SegmentInputs::Pack& pack) {
  SegmentInputs inputs;
  inputs.packs.push_back(pack);
  std::string bytes = make_segment(inputs);
  const std::string name = remote_segment_name(ObjectId::of(bytes));
  StringSource source(bytes);
  backend_.write_if_absent(name, source, bytes.size());
  write_file_atomically(cache_path(name), bytes);
  const std::uint64_t size = bytes.size();
  Entry entry{name, size, Segment::open(cache_path(name))};
  const std::unique_lock lock(mutex_);
  entries_.push_back(std::move(entry));
}

// Returns the smallest segments, adding the next one as long as it is at most twice as large as those before
// it together. Therefore the number of times that a byte of the index is rewritten grows only with the
// logarithm of the whole.
std::vector<RemoteIndex::Entry> RemoteIndex::worth_merging() const {
  std::vector<Entry> sorted = entries_;
  std::sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.size, a.name) < std::tie(b.size, b.name);
  });
  std::size_t count = 0;
  std::uint64_t total = 0;
  while (count < sorted.size() && (count < 2 || sorted[count].size <= 2 * total))
    total += sorted[count++].size;
  sorted.resize(count >= kMergeWidth ? count : 0);
  return sorted;
}

void RemoteIndex::merge_small_segments() {
  const std::unique_lock lock(mutex_);
  const std::vector<Entry> old = worth_merging();
  if (old.empty()) return;
  SegmentInputs inputs;
  for (const Entry& entry : old) inputs.segments.push_back(entry.segment);

  const TemporaryDirectory scratch(cache_, "merge");
  const std::string path = join_path(scratch.path(), "segment");
  const UniqueFd fd = open_file(path, O_RDWR | O_CREAT | O_EXCL);
  FdSink to_file(fd.get(), path);
  HashingSink sink(to_file);
  write_segment(inputs, sink);
  const std::string name = remote_segment_name(sink.finish());
  FileSource source(path);
  backend_.write_if_absent(name, source, sink.size());
  if (beneath::rename(path, cache_path(name)) != 0) throw system_error("replace", cache_path(name));

  std::set<std::string> gone;
  for (const Entry& entry : old) {
    if (entry.name == name) continue;
    backend_.remove(entry.name);
    gone.insert(entry.name);
  }
  std::erase_if(entries_,
                [&](const Entry& entry) { return gone.contains(entry.name) || entry.name == name; });
  entries_.push_back({name, sink.size(), Segment::open(cache_path(name))});
  drop_unlisted_from_cache();
}

std::string remote_cache_directory(const std::string& store_directory, const std::string& url) {
  return join_path(store_directory, "remotes/" + ObjectId::of(url).to_hex().substr(0, 16));
}

}  // namespace dvx
