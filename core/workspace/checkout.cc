#include "core/workspace/checkout.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/path_set.h"
#include "base/thread_pool.h"
#include "core/index/workspace_index.h"
#include "core/workspace/checkout_plan.h"
#include "core/workspace/linker.h"
#include "core/workspace/scan.h"
#include "core/workspace/unfinished_checkout.h"
#include "core/workspace/writable_for_now.h"

namespace dvx {

namespace {

// Files one task places: enough to open their directory once for many, few enough to share a large one.
constexpr std::size_t kSlice = 256;
// A new directory with no more than this appears with all its files at once, which spares each a rename; of
// larger ones a kill would cost too much.
constexpr std::size_t kMostAtOnce = 8192;
constexpr std::uint64_t kMostBytesAtOnce = std::uint64_t{256} << 20;
// Placed files go into the index so many at a time: more would only take memory.
constexpr std::size_t kIndexBatch = 32768;

std::vector<ScannedPath> scan_targets(Repository& repository, const std::vector<CheckoutTarget>& targets,
                                      Progress& progress) {
  std::vector<std::string> paths;
  for (const CheckoutTarget& target : targets) paths.push_back(target.path);
  return WorkspaceScan(repository, {}, progress).run(paths);
}

bool is_link(const std::string& path) {
  const auto st = stat_if_exists(path);
  return st && S_ISLNK(st->st_mode);
}

// A symlink that its user put in place of data is looked through, but nothing is ever written or removed
// through it. So where the data behind it is not what is wanted, what is there counts as the link alone: its
// own bytes, which no store has, so that only --force replaces it.
void see_links_as_such(Repository& repository, const std::vector<CheckoutTarget>& targets,
                       std::vector<ScannedPath>& scanned) {
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::string path = repository.path(targets[i].path);
    const bool is_looked_through = scanned[i].absolute != path || !scanned[i].failed.empty();
    if (!is_looked_through || !is_link(path)) continue;
    std::vector<ScannedPath> behind;
    behind.push_back(std::move(scanned[i]));
    const CheckoutPlan plan = make_checkout_plan(repository.store(), {targets[i]}, behind);
    const bool is_as_wanted = plan.changes() == 0 && plan.placements.empty() && behind.front().failed.empty();
    ScannedPath seen;
    seen.path = targets[i].path;
    seen.absolute = path;
    if (is_as_wanted) {
      seen.top = std::move(behind.front().top);
      seen.file = behind.front().file;
    } else {
      seen.file.emplace().kind = WalkedKind::Symlink;
    }
    scanned[i] = std::move(seen);
  }
}

// Gives those of `files`, which are sorted, that are damaged.
std::vector<std::string> damaged_ones(const std::vector<std::string>& files,
                                      const std::vector<ScannedPath>& scanned) {
  std::vector<std::string> damaged;
  for (const ScannedPath& subject : scanned) {
    std::ranges::copy_if(subject.damaged, std::back_inserter(damaged),
                         [&](const std::string& path) { return std::ranges::binary_search(files, path); });
  }
  return damaged;
}

// All but those that are left as they are.
std::vector<std::string> finished_paths(const std::vector<CheckoutTarget>& targets,
                                        const CheckoutReport& report) {
  PathSet missing;
  for (const CheckoutTarget& target : report.missing) missing.insert(target.path);
  std::vector<std::string> paths;
  for (const CheckoutTarget& target : targets) {
    if (!missing.contains(target.path)) paths.push_back(target.path);
  }
  return paths;
}

class PlanExecution {
 public:
  PlanExecution(Repository& repository, const CheckoutPlan& plan, Progress& progress)
      : repository_(repository),
        plan_(plan),
        progress_(progress),
        linker_(repository.store(), repository.link()) {}

  // After run() threw: the directories in which nothing is missing; none before files were placed.
  std::vector<std::string> finished_trees() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> trees;
    if (left_.empty()) return trees;
    PathSet unfinished;
    for (std::size_t i = 0; i < left_.size(); ++i) {
      if (left_[i] > 0) unfinished.insert(plan_.placements[i].path);
    }
    std::ranges::copy_if(plan_.changed_trees, std::back_inserter(trees), [&](const std::string& tree) {
      return !unfinished.contains(tree) && !has_inside(unfinished, tree);
    });
    return trees;
  }

  void run() {
    if (!plan_.forget.empty()) repository_.index().update({}, plan_.forget);
    WritableForNow writable;
    for (const std::string& path : plan_.changed_directories) writable.open(path);
    remove_leftovers();
    for (const std::string& path : plan_.remove_files) remove_file(path);
    for (const std::string& path : plan_.remove_directories) remove_directory(path);
    for (const std::string& path : plan_.make_parents) make_directories(path);
    for (const std::string& path : plan_.make_directories) make_directory(path);
    progress_.begin("checking out", plan_.files, plan_.bytes);
    place_all();
    progress_.end();
    update_index();
  }

 private:
  void remove_leftovers() const {
    for (const std::string& path : plan_.leftovers) remove_tree(path);
    for (const std::string& directory : plan_.beside) {
      const std::unique_ptr<DIR, int (*)(DIR*)> open(beneath::open_directory(directory), ::closedir);
      while (const dirent* entry = open ? ::readdir(open.get()) : nullptr) {
        if (is_leftover(entry->d_name)) remove_tree(join_path(directory, entry->d_name));
      }
    }
  }

  static void remove_file(const std::string& path) {
    if (beneath::remove_file(path) == 0 || errno == ENOENT) return;
    if (errno == EISDIR) {
      throw Error(ErrorKind::Blocked, fmt::format("'{}' became a directory meanwhile", path), "dvx checkout",
                  path);
    }
    throw system_error("remove", path);
  }

  // What is ignored inside keeps its directory.
  static void remove_directory(const std::string& path) {
    if (beneath::remove_directory(path) == 0 || errno == ENOENT || errno == ENOTEMPTY || errno == EEXIST)
      return;
    throw system_error("remove directory", path);
  }

  static void make_directory(const std::string& path) {
    if (beneath::make_directory(path, 0777) == 0) return;
    const int failure = errno;
    struct ::stat st {};
    if (failure == EEXIST && beneath::stat(path, st) == 0 && S_ISDIR(st.st_mode)) return;
    throw system_error("create directory", path, failure);
  }

  void place_all() {
    for (const DirectoryPlacements& placements : plan_.placements) left_.push_back(placements.entries.size());
    ThreadPool pool(repository_.jobs());
    for (std::size_t i = 0; i < plan_.placements.size(); ++i) {
      const DirectoryPlacements& placements = plan_.placements[i];
      const bool at_once = can_appear_at_once(placements);
      const std::size_t share = at_once ? placements.entries.size() : kSlice;
      for (std::size_t begin = 0; begin < placements.entries.size(); begin += share) {
        const std::span entries =
            std::span(placements.entries).subspan(begin, std::min(share, placements.entries.size() - begin));
        pool.submit([this, i, entries, at_once] { place_share(i, entries, at_once); });
        if (count_placed() >= kIndexBatch) update_index();
      }
    }
    try {
      pool.wait();
    } catch (...) {
      update_index();  // what was placed before the failure need not be read again
      throw;
    }
    throw_if_interrupted();
  }

  static bool can_appear_at_once(const DirectoryPlacements& placements) {
    if (!placements.is_new || placements.entries.size() > kMostAtOnce) return false;
    std::uint64_t bytes = 0;
    for (const TreeEntry& entry : placements.entries) bytes += entry.size;
    return bytes <= kMostBytesAtOnce;
  }

  void place_share(std::size_t index, std::span<const TreeEntry> entries, bool at_once) {
    if (interrupt_signal() != 0 || failed_) return;
    const DirectoryPlacements& placements = plan_.placements[index];
    try {
      if (!at_once || !place_directory(placements)) {
        const UniqueFd directory(beneath::open_directory_to_change(placements.absolute));
        if (!directory) throw system_error("open", placements.absolute);
        note(put_files(placements, entries, directory.get(), &Linker::place));
      }
      if (interrupt_signal() != 0) return;
      const std::lock_guard lock(mutex_);
      left_[index] -= entries.size();
    } catch (...) {
      failed_ = true;
      throw;
    }
  }

  // In a directory of another name beside it, which then takes its name. False when somebody has put
  // something there meanwhile.
  bool place_directory(const DirectoryPlacements& placements) {
    const std::string staged = join_path(parent_path(placements.absolute), temp_name());
    make_directory(staged);
    try {
      const UniqueFd directory(beneath::open_directory_to_change(staged));
      if (!directory) throw system_error("open", staged);
      Placed placed = put_files(placements, placements.entries, directory.get(), &Linker::place_new);
      if (interrupt_signal() == 0 && beneath::rename(staged, placements.absolute) == 0) {
        note(std::move(placed));
        return true;
      }
    } catch (...) {
      remove_tree(staged);
      throw;
    }
    remove_tree(staged);
    return interrupt_signal() != 0;
  }

  struct Placed {
    std::vector<IndexEntry> files;
    std::uint64_t bytes = 0;
  };

  // `place` is how the linker puts one there.
  Placed put_files(const DirectoryPlacements& placements, std::span<const TreeEntry> entries, int directory,
                   decltype(&Linker::place) place) const {
    Placed placed;
    for (const TreeEntry& entry : entries) {
      if (interrupt_signal() != 0) break;
      std::string path = join_path(placements.path, entry.name);
      const FileStamp stamp = (linker_.*place)(directory, entry.name, entry, path);
      placed.bytes += entry.size;
      if (S_ISREG(stamp.mode)) placed.files.push_back({std::move(path), stamp, entry.id});
    }
    return placed;
  }

  void note(Placed placed) {
    progress_.advance(placed.files.size(), placed.bytes);
    const std::lock_guard lock(mutex_);
    std::ranges::move(placed.files, std::back_inserter(placed_));
  }

  std::size_t count_placed() {
    const std::lock_guard lock(mutex_);
    return placed_.size();
  }

  // The last files are as young as the clock's tick; a moment later their stamps can be trusted.
  void update_index() {
    std::vector<IndexEntry> placed;
    {
      const std::lock_guard lock(mutex_);
      placed.swap(placed_);
    }
    if (placed.empty()) return;
    std::this_thread::sleep_for(std::chrono::nanoseconds(kClockTickNs));
    std::ranges::sort(placed, {}, &IndexEntry::path);
    repository_.index().update(placed, {});
  }

  Repository& repository_;
  const CheckoutPlan& plan_;
  Progress& progress_;
  const Linker linker_;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;
  std::vector<IndexEntry> placed_;  // under mutex_; not in the index yet
  std::vector<std::size_t> left_;   // under mutex_; of each directory's files, once they are being placed
};

}  // namespace

CheckoutReport checkout_paths(Repository& repository, const std::vector<CheckoutTarget>& targets,
                              Overwrite overwrite, Progress& progress, IfCutShort if_cut_short) {
  std::vector<ScannedPath> scanned = scan_targets(repository, targets, progress);
  see_links_as_such(repository, targets, scanned);
  CheckoutPlan plan = make_checkout_plan(repository.store(), targets, scanned);
  if (!plan.report.would_lose.empty() && overwrite == Overwrite::StoredOnly) {
    CheckoutReport refused;
    refused.damaged = damaged_ones(plan.report.would_lose, scanned);
    refused.would_lose = std::move(plan.report.would_lose);
    refused.missing = std::move(plan.report.missing);
    return refused;
  }
  if (overwrite == Overwrite::Everything) plan.report.would_lose.clear();
  if (if_cut_short == IfCutShort::Nothing) {
    PlanExecution(repository, plan, progress).run();
    return std::move(plan.report);
  }
  UnfinishedCheckouts unfinished(repository);
  unfinished.begin(plan.changed_trees);
  PlanExecution execution(repository, plan, progress);
  try {
    execution.run();
  } catch (...) {
    unfinished.end(execution.finished_trees());
    throw;
  }
  unfinished.end(finished_paths(targets, plan.report));
  return std::move(plan.report);
}

}  // namespace dvx
