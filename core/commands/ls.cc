#include "core/commands/ls.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/workspace/recorded_path.h"
#include "core/workspace/revision.h"

namespace dvx {

namespace {

LsEntry entry_of(const RecordedPath& recorded) {
  return {.path = recorded.path,
          .kind = recorded.kind,
          .size = recorded.size,
          .files = recorded.files,
          .id = recorded.id,
          .stage = {}};
}

// What lies in a recorded directory, all the way down when asked for.
void list_directory(Repository& repository, const RecordedPath& directory, Recursion recursion,
                    LsReport& report) {
  throw_if_interrupted();
  const Tree tree = read_recorded_tree(repository, directory);
  for (const TreeEntry& entry : tree.entries()) {
    const RecordedPath child{.path = join_path(directory.path, entry.name),
                             .tracked = directory.tracked,
                             .kind = entry.kind,
                             .size = entry.size,
                             .files = entry.files,
                             .id = entry.id};
    const bool descend = recursion == Recursion::All && entry.kind == EntryKind::Directory;
    if (descend && entry.files > 0) {
      list_directory(repository, child, recursion, report);
    } else {
      report.entries.push_back(entry_of(child));
    }
  }
}

// The tracked paths at or below `path`.
void list_tracked(Repository& repository, const std::vector<TrackedPath>& tracked, const std::string& path,
                  Recursion recursion, LsReport& report) {
  for (const TrackedPath& each : tracked) {
    if (!is_beneath(each.path, path)) continue;
    if (!each.data) {
      report.entries.push_back({.path = each.path, .id = std::nullopt, .stage = each.stage});
      continue;
    }
    const RecordedPath recorded = find_recorded(repository, tracked, each.path).value();
    if (recursion == Recursion::All && recorded.kind == EntryKind::Directory) {
      list_directory(repository, recorded, recursion, report);
    } else {
      report.entries.push_back(entry_of(recorded));
      report.entries.back().stage = each.stage;
    }
  }
}

Error not_tracked(Repository& repository, const RevisionPath& target) {
  const std::string path = display_path(repository.to_user(target.path));
  if (target.revision.is_workspace()) {
    return {ErrorKind::NotFound, fmt::format("'{}' is not tracked by dvx", path), "dvx ls", target.path};
  }
  return {ErrorKind::NotFound,
          fmt::format("'{}' is not tracked by dvx at '{}'", path, target.revision.name()),
          fmt::format("dvx ls {}:", target.revision.name()), target.path};
}

}  // namespace

LsReport ls(Repository& repository, const LsOptions& options, Progress&) {
  const RevisionPath target = options.target.empty() ? RevisionPath{Revision::workspace(repository), ""}
                                                     : parse_revision_path(repository, options.target);
  LsReport report{.revision = target.revision.name(), .entries = {}};
  const std::vector<TrackedPath> tracked = target.revision.tracked();
  if (tracked_around(tracked, target.path) == nullptr) {
    list_tracked(repository, tracked, target.path, options.recursion, report);
    if (report.entries.empty() && !target.path.empty()) throw not_tracked(repository, target);
  } else {
    const auto recorded = find_recorded(repository, tracked, target.path);
    if (!recorded) throw not_tracked(repository, target);
    if (recorded->kind == EntryKind::Directory) {
      list_directory(repository, *recorded, options.recursion, report);
    } else {
      report.entries.push_back(entry_of(*recorded));
    }
  }
  std::sort(report.entries.begin(), report.entries.end(),
            [](const LsEntry& a, const LsEntry& b) { return a.path < b.path; });
  return report;
}

}  // namespace dvx
