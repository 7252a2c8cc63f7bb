#include "core/commands/rm.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include "base/beneath.h"
#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/workspace/gitignore.h"
#include "core/workspace/pointed_path.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/stored.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"
#include "objects/store/session_directory.h"

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
                fmt::format("dvx add {}", paste_quote(repository.to_user(each.path))), each.path);
  }
}

// Gone in one step where a rename can do it: what a kill leaves is all of the data or nothing. The next
// removal takes away what was on its way.
void remove_data(Repository& repository, const std::string& path) {
  const std::string removed = join_path(repository.temporary_dir(), "removed");
  make_directories(removed);
  const SessionDirectory session(removed);
  const std::string data = repository.path(path);
  if (beneath::rename(data, session.path_of("data")) == 0) return;
  if (errno != EXDEV) throw system_error("remove", display_path(repository.to_user(path)));
  remove_tree(data);
}

// The pointer file goes last: as long as it is there, the command can be given again.
void forget(Repository& repository, const std::vector<TrackedPath>& selected) {
  std::vector<std::string> pointers, ignore_files;
  for (const TrackedPath& each : selected) {
    pointers.push_back(each.pointer);
    ignore_files.push_back(join_path(parent_path(each.path), ".gitignore"));
    unignore_in_git(repository, each.path);
  }
  std::ranges::sort(ignore_files);
  ignore_files.erase(std::unique(ignore_files.begin(), ignore_files.end()), ignore_files.end());
  repository.git().unstage(pointers);
  repository.git().stage(ignore_files);
  std::set<std::string> directories;
  for (const std::string& pointer : pointers) {
    remove_tree(repository.path(pointer));
    directories.insert(parent_path(repository.path(pointer)));
  }
  for (const std::string& directory : directories) fsync_directory(directory);
}

}  // namespace

RmReport rm(Repository& repository, const RmOptions& options, Progress& progress) {
  const WritingLock lock = repository.lock_for_writing();
  const std::vector<TrackedPath> selected = select(repository, options);
  const bool removes_data = options.data == WorkspaceData::Remove;
  if (removes_data && options.overwrite == Overwrite::StoredOnly)
    refuse_to_lose(repository, selected, progress);

  RmReport report;
  for (const TrackedPath& each : selected) {
    RemovedPath removed{.path = each.path, .data = *each.data};
    if (removes_data && exists(repository.path(each.path))) {
      remove_data(repository, each.path);
      removed.data_removed = true;
    }
    report.removed.push_back(std::move(removed));
  }
  forget(repository, selected);
  std::vector<std::string> forgotten;
  for (const TrackedPath& each : selected) forgotten.push_back(each.path);
  UnfinishedCheckouts(repository).end(forgotten);
  return report;
}

}  // namespace dvx
