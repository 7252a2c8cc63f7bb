#include "core/commands/fsck.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/stream.h"
#include "core/share/remotes.h"
#include "core/workspace/tracked.h"
#include "objects/pack/codec.h"
#include "objects/transfer/transfer.h"
#include "objects/upkeep/gc.h"

namespace dvx {

namespace {

using IdSet = std::unordered_set<ObjectId>;

std::vector<ClosureRoot> tracked_roots(Repository& repository) {
  std::vector<ClosureRoot> roots;
  for (const TrackedPath& tracked : tracked_paths(repository)) {
    if (tracked.cached && tracked.data) roots.push_back(closure_root(tracked.path, *tracked.data));
  }
  return roots;
}

// The remotes to mend from, each opened when it is first needed.
class Sources {
 public:
  Sources(Repository& repository, const std::string& chosen) : repository_(repository) {
    if (!chosen.empty()) {
      remotes_.push_back(find_remote(repository, chosen));
    } else {
      remotes_ = configured_remotes(repository);
    }
  }

  std::optional<Frame> fetch_one(const ObjectId& id) {
    if (auto frame = good_frame_in_trash(id)) return frame;
    open_all();
    for (const auto& remote : open_) {
      try {
        if (auto frame = fetch_frame(remote->index(), id)) return frame;
      } catch (const Error& e) {
        note(remote->remote().name, e);
      }
    }
    return std::nullopt;
  }

  std::uint64_t fetch_all(const std::vector<ClosureRoot>& roots, Progress& progress) {
    std::uint64_t fetched = 0;
    open_all();
    for (const auto& remote : open_) {
      try {
        fetched +=
            fetch_objects(repository_.store(), remote->index(), roots, {.jobs = repository_.jobs()}, progress)
                .objects;
      } catch (const Error& e) {
        note(remote->remote().name, e);
      }
    }
    return fetched;
  }

  std::vector<std::string> unreachable() const {
    std::vector<std::string> lines;
    for (const auto& [name, message] : unreachable_) lines.push_back(fmt::format("{}: {}", name, message));
    return lines;
  }

 private:
  // What dvx gc moved away may be what is wanted here.
  std::optional<Frame> good_frame_in_trash(const ObjectId& id) const {
    auto frame = frame_in_trash(repository_.store(), id);
    if (!frame) return std::nullopt;
    try {
      verify_frame(frame->info, as_bytes(frame->bytes));
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Corruption) throw;
      return std::nullopt;
    }
    return frame;
  }

  void open_all() {
    for (const Remote& remote : std::exchange(remotes_, {})) {
      try {
        auto opened = std::make_unique<OpenRemote>(repository_, remote);
        opened->require_data();
        open_.push_back(std::move(opened));
      } catch (const Error& e) {
        note(remote.name, e);
      }
    }
  }

  void note(const std::string& name, const Error& error) {
    if (error.kind() == ErrorKind::Interrupted) throw error;
    unreachable_.emplace(name, error.message());
  }

  Repository& repository_;
  std::vector<Remote> remotes_;
  std::vector<std::unique_ptr<OpenRemote>> open_;
  std::map<std::string, std::string> unreachable_;
};

// What the names of the work tree need of the store: what of it is damaged, what is not there.
std::vector<ClosureRoot> compare_names(Repository& repository, FsckCommandReport& report) {
  const IdSet lost(report.store.lost_objects.begin(), report.store.lost_objects.end());
  std::vector<ClosureRoot> roots = tracked_roots(repository);
  report.affected = name_objects(repository.store(), roots, lost);
  report.missing = absent_objects(repository.store(), roots, lost);
  return roots;
}

void repair(Repository& repository, const std::string& chosen, const std::vector<ClosureRoot>& roots,
            FsckCommandReport& report, Progress& progress) {
  Sources sources(repository, chosen);
  if (!report.store.ok()) {
    report.repair = repair_store(
        repository.store(), report.store, [&](const ObjectId& id) { return sources.fetch_one(id); },
        progress);
    report.lost = report.repair->lost;
    report.lost_paths =
        name_objects(repository.store(), roots, IdSet(report.lost.begin(), report.lost.end()));
  }
  const IdSet lost(report.lost.begin(), report.lost.end());
  report.still_missing = absent_objects(repository.store(), roots, lost);
  if (!report.still_missing.empty()) {
    report.fetched = sources.fetch_all(roots, progress);
    report.still_missing = absent_objects(repository.store(), roots, lost);
  }
  report.unreachable = sources.unreachable();
}

}  // namespace

FsckCommandReport fsck(Repository& repository, const FsckCommandOptions& options, Progress& progress) {
  if (!options.remote.empty()) find_remote(repository, options.remote);
  FsckCommandReport report;
  report.store = fsck_store(
      repository.store(),
      {.depth = options.depth, .percent = options.percent, .now_ns = repository.clock().now_ns()}, progress);
  std::vector<ClosureRoot> roots = compare_names(repository, report);
  if (!report.missing.empty()) {
    // A name that was given up meanwhile may have lost its object: once more, while nothing can be moved
    // away.
    const auto lock = repository.store().hold();
    roots = compare_names(repository, report);
  }
  report.lost = report.store.lost_objects;
  report.lost_paths = report.affected;
  report.still_missing = report.missing;
  if (options.repair == Repair::FromRemotes) repair(repository, options.remote, roots, report, progress);
  report.run_cache = check_run_cache(repository.store(), load_lock(repository));
  if (options.repair == Repair::FromRemotes && !report.run_cache.ok())
    report.run_cache_mending = mend_run_cache(repository.store(), report.run_cache);
  progress.end();
  return report;
}

}  // namespace dvx
