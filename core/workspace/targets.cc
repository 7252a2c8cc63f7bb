#include "core/workspace/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/path.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/recorded_path.h"

namespace dvx {

namespace {

bool can_be_checked_out(const TrackedPath& tracked) {
  return tracked.data && tracked.cached;
}

DataRef ref_of(const RecordedPath& recorded) {
  return {.kind = recorded.kind == EntryKind::Directory ? DataKind::Tree : DataKind::File,
          .id = recorded.id,
          .size = recorded.size,
          .files = recorded.files,
          .executable = recorded.kind == EntryKind::Executable};
}

[[noreturn]] void not_tracked(Repository& repository, const std::string& path) {
  throw Error(ErrorKind::NotFound,
              fmt::format("'{}' is not tracked by dvx", display_path(repository.to_user(path))), "dvx ls",
              path);
}

void add_named(Repository& repository, const std::vector<TrackedPath>& tracked, const std::string& named,
               std::vector<CheckoutTarget>& targets) {
  // A pointer file stands for its data.
  const std::string path = is_pointer_path(named) ? data_path_of(named) : named;
  const TrackedPath* around = tracked_around(tracked, path);
  if (around != nullptr) refuse_conflict(*around);
  if (around != nullptr && around->path != path) {
    const auto recorded = find_recorded(repository, tracked, path);
    if (!recorded) not_tracked(repository, path);
    if (recorded->kind == EntryKind::Symlink) {
      throw Error(ErrorKind::Usage,
                  fmt::format("'{}' is a symlink in tracked data; name its directory",
                              display_path(repository.to_user(path))),
                  fmt::format("dvx checkout {}", paste_quote(repository.to_user(parent_path(path)))), path);
    }
    targets.push_back({path, ref_of(*recorded)});
    return;
  }
  bool found = false;
  for (const TrackedPath& each : tracked) {
    if (!is_beneath(each.path, path)) continue;
    refuse_conflict(each);
    found = true;
    if (can_be_checked_out(each)) targets.push_back({each.path, *each.data});
  }
  if (!found) not_tracked(repository, path);
}

}  // namespace

std::vector<CheckoutTarget> checkout_targets(Repository& repository, const std::vector<TrackedPath>& tracked,
                                             const std::vector<std::string>& paths) {
  std::vector<CheckoutTarget> all, targets;
  for (const std::string& path : paths) add_named(repository, tracked, path, all);
  if (paths.empty()) {
    for (const TrackedPath& each : tracked) {
      refuse_conflict(each);
      if (can_be_checked_out(each)) all.push_back({each.path, *each.data});
    }
  }
  std::ranges::stable_sort(all, {}, &CheckoutTarget::path);
  for (CheckoutTarget& target : all) {
    const bool covered = std::ranges::any_of(
        targets, [&](const CheckoutTarget& other) { return is_beneath(target.path, other.path); });
    if (!covered) targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace dvx
