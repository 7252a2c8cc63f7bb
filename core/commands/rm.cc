#include "core/commands/rm.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/workspace/gitignore.h"
#include "core/workspace/pointed_path.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/stored.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

std::vector<TrackedPath> select(Repository& repository, const RmOptions& options) {
  const std::vector<TrackedPath> tracked = tracked_paths(repository);
  std::vector<TrackedPath> selected;
  for (const std::string& typed : options.paths) {
    TrackedPath found = find_pointed(repository, tracked, typed, "remove");
    if (std::ranges::find(selected, found.path, &TrackedPath::path) == selected.end()) {
      selected.push_back(std::move(found));
    }
  }
  return selected;
}

// Data goes only when its bytes, as they are now, are all in the store. For a tree that is so when it is the
// recorded one and the store has it whole.
void refuse_to_lose(Repository& repository, const std::vector<TrackedPath>& selected, Progress& progress) {
  for (const TrackedPath& each : selected) {
    const Snapshot now =
        take_snapshot(repository, each.path, {.mode = IngestMode::HashOnly, .on_tree = {}}, progress);
    if (!now.failed.empty()) throw now.failed.front().error;
    if (!now.data) continue;
    const std::string path = display_path(repository.to_user(each.path));
    if (*now.data == *each.data && stored_whole(repository.store(), *now.data)) continue;
    throw Error(ErrorKind::Blocked, fmt::format("'{}' has data that is not in the store", path),
                fmt::format("dvx add {}", shell_quote(repository.to_user(each.path))), each.path);
  }
}

}  // namespace

RmReport rm(Repository& repository, const RmOptions& options, Progress& progress) {
  const FileLock lock = repository.lock_for_writing();
  const std::vector<TrackedPath> selected = select(repository, options);
  const bool removes_data = options.data == WorkspaceData::Remove;
  if (removes_data && options.overwrite == Overwrite::StoredOnly)
    refuse_to_lose(repository, selected, progress);

  RmReport report;
  std::vector<std::string> changed;
  for (const TrackedPath& each : selected) {
    RemovedPath removed{.path = each.path, .data = *each.data};
    if (removes_data && exists(repository.path(each.path))) {
      remove_tree(repository.path(each.path));
      removed.data_removed = true;
    }
    remove_tree(repository.path(each.pointer));
    changed.push_back(each.pointer);
    if (auto ignore_file = unignore_in_git(repository, each.path)) changed.push_back(std::move(*ignore_file));
    report.removed.push_back(std::move(removed));
  }
  std::ranges::sort(changed);
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  repository.git().stage(changed);
  return report;
}

}  // namespace dvx
