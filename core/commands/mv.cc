#include "core/commands/mv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/beneath.h"
#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/formats/pointer_file.h"
#include "core/index/workspace_index.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/barrier.h"
#include "core/workspace/gitignore.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/pointed_path.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"
#include "objects/model/tree.h"

namespace dvx {

namespace {

// Whether a move of `source` to `to` was begun and did not come to its end: the new pointer is written, and
// the data is in one of the two places.
bool was_begun(const Repository& repository, const std::vector<TrackedPath>& tracked,
               const TrackedPath& source, const std::string& to) {
  const auto target = std::ranges::find(tracked, to, &TrackedPath::path);
  return target != tracked.end() && to != source.path && !target->pointer.empty() &&
         target->data == source.data &&
         !(exists(repository.path(source.path)) && exists(repository.path(to)));
}

void check_destination(Repository& repository, const std::vector<TrackedPath>& tracked,
                       const TrackedPath& source, const std::string& to) {
  const std::string shown = display_path(repository.to_user(to));
  const std::string name(file_name(to));
  if (const auto refused = refused_entry_name(name)) {
    throw Error(ErrorKind::Usage, fmt::format("'{}' cannot be tracked: {}", shown, *refused), {}, to);
  }
  if (is_beneath(to, ".dvx") || is_beneath(to, ".git")) {
    throw Error(ErrorKind::Usage, fmt::format("'{}' is no place for data", shown), {}, to);
  }
  refuse_barrier_above(repository, to, fmt::format("'{}'", shown));
  if (is_beneath(to, source.path)) {
    throw Error(ErrorKind::Usage, fmt::format("cannot move '{}' into itself", display_path(source.path)), {},
                to);
  }
  for (const TrackedPath& each : tracked) {
    if (each.path == source.path || (!is_beneath(to, each.path) && !is_beneath(each.path, to))) continue;
    throw Error(ErrorKind::Blocked,
                fmt::format("'{}' overlaps '{}', which is tracked", shown,
                            display_path(repository.to_user(each.path))),
                "dvx ls", to);
  }
  for (const std::string& taken : {to, pointer_path_of(to)}) {
    if (!exists(repository.path(taken))) continue;
    throw Error(ErrorKind::Blocked, fmt::format("'{}' exists", display_path(repository.to_user(taken))),
                fmt::format("mv {0} {0}.old", paste_quote(repository.to_user(taken))), taken);
  }
}

// In this order a kill in between never leaves bytes that no pointer knows, and as the old pointer goes last,
// the command can be given again.
class Move {
 public:
  Move(Repository& repository, const TrackedPath& source, std::string to)
      : repository_(repository), source_(source), to_(std::move(to)) {}

  bool run() {
    make_directories(repository_.path(parent_path(to_)));
    ignore_in_git(repository_, to_);
    write_pointer();
    const bool moved = move_data();
    unignore_in_git(repository_, source_.path);
    repository_.git().unstage({source_.pointer});
    repository_.git().stage(changed_files());
    remove_tree(repository_.path(source_.pointer));
    fsync_directory(parent_path(repository_.path(source_.pointer)));
    return moved;
  }

 private:
  std::vector<std::string> changed_files() const {
    std::vector<std::string> changed{pointer_path_of(to_), join_path(parent_path(to_), ".gitignore"),
                                     join_path(parent_path(source_.path), ".gitignore")};
    std::ranges::sort(changed);
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    return changed;
  }

  void write_pointer() {
    PointerFile pointer = parse_pointer(read_file(repository_.path(source_.pointer)), source_.pointer);
    pointer.path = file_name(to_);
    write_work_tree_file(repository_, pointer_path_of(to_), serialize_pointer(pointer));
  }

  bool move_data() {
    const std::string from = repository_.path(source_.path), to = repository_.path(to_);
    if (!exists(from)) return false;
    if (beneath::rename(from, to) != 0) {
      const Error error = system_error("move", display_path(repository_.to_user(source_.path)));
      remove_tree(repository_.path(pointer_path_of(to_)));
      unignore_in_git(repository_, to_);
      throw error;
    }
    move_index_entries();
    return true;
  }

  // A rename changes the fingerprint of what was named, not of the files below it: those need no hashing
  // again.
  void move_index_entries() {
    std::vector<IndexEntry> entries = repository_.index().load(source_.path);
    std::vector<std::string> removed;
    for (IndexEntry& entry : entries) {
      removed.push_back(entry.path);
      entry.path = join_path(to_, path_beneath(entry.path, source_.path).value_or(""));
    }
    std::erase_if(entries,
                  [&](const IndexEntry& entry) { return entry.path == to_ || entry.path == to_ + "/"; });
    repository_.index().update(entries, removed);
  }

  Repository& repository_;
  const TrackedPath& source_;
  std::string to_;
};

std::vector<std::string> stages_that_name(Repository& repository, const std::string& path) {
  const auto pipeline = workspace_pipeline(repository);
  if (!pipeline) return {};
  std::vector<std::string> names;
  for (const Stage& stage : pipeline->stages) {
    const bool named = std::ranges::any_of(
        stage.deps, [&](const StageDependency& dep) { return is_beneath(dep.path, path); });
    if (named) names.push_back(stage.name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

MvReport mv(Repository& repository, const MvOptions& options, Progress&) {
  const WritingLock lock = repository.lock_for_writing();
  const std::vector<TrackedPath> tracked = tracked_paths(repository);
  const TrackedPath source = find_pointed(repository, tracked, options.from, "move");
  std::string to = repository.from_user(options.to);
  if (!was_begun(repository, tracked, source, to)) {
    if (is_directory(repository.path(to))) to = join_path(to, file_name(source.path));
    check_destination(repository, tracked, source, to);
  }
  if (UnfinishedCheckouts(repository).concern(source.path)) {
    throw Error(ErrorKind::Blocked,
                fmt::format("'{}' is there in part: its checkout was cut short",
                            display_path(repository.to_user(source.path))),
                "dvx checkout " + paste_quote(repository.to_user(source.path)), source.path);
  }
  MvReport report{.from = source.path, .to = to, .data_moved = false, .stages = {}};
  report.data_moved = Move(repository, source, to).run();
  report.stages = stages_that_name(repository, source.path);
  return report;
}

}  // namespace dvx
