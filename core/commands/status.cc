#include "core/commands/status.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "base/file.h"
#include "base/path.h"
#include "core/formats/text/merge_conflict.h"
#include "core/workspace/files_left_out.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"
#include "objects/store/object_store.h"

namespace dvx {

namespace {

// The trees of the workspace that the store lacks, which are few: what changed and all above it.
class NewTrees {
 public:
  explicit NewTrees(const ObjectStore& store) : store_(store) {}

  void keep(const ObjectId& id, const Tree& tree) {
    if (!store_.contains(id)) trees_.insert_or_assign(id, tree);
  }

  Tree read(const ObjectId& id) const {
    const auto found = trees_.find(id);
    return found == trees_.end() ? store_.read_tree(id) : found->second;
  }

 private:
  const ObjectStore& store_;
  std::unordered_map<ObjectId, Tree> trees_;
};

bool is_wanted(const std::vector<std::string>& wanted, const std::string& path) {
  return wanted.empty() || std::ranges::any_of(wanted, [&](const std::string& each) {
           return is_beneath(path, each) || is_beneath(each, path);
         });
}

std::vector<TrackedPath> pointed_to(Repository& repository, const ProjectFiles& files,
                                    const StatusOptions& options) {
  std::vector<std::string> wanted;
  for (const std::string& typed : options.paths) wanted.push_back(repository.from_user(typed));
  std::vector<TrackedPath> tracked = pointed_paths(repository, files.pointers);
  std::erase_if(tracked, [&](const TrackedPath& each) { return !is_wanted(wanted, each.path); });
  return tracked;
}

// Each of `files` that has a merge conflict in it.
std::vector<DataStatus> conflicted(Repository& repository, const std::vector<std::string>& files) {
  std::vector<DataStatus> found;
  for (const std::string& file : files) {
    const auto text = read_file_if_exists(repository.path(file));
    const auto conflict = text ? find_merge_conflict(*text) : std::nullopt;
    if (!conflict) continue;
    DataStatus status;
    status.path = file;
    status.state = DataState::Conflicted;
    status.failed.push_back({file, merge_conflict_error(*conflict, file)});
    found.push_back(std::move(status));
  }
  return found;
}

bool is_stored(const ObjectStore& store, const DataRef& data) {
  if (!store.contains(data.id)) return false;
  if (data.kind == DataKind::File) return true;
  bool stored = true;
  store.walk_tree(data.id, [&](const std::string&, const TreeEntry& entry) {
    stored = stored && store.contains(entry.id);
  });
  return stored;
}

DataStatus compare(const ObjectStore& store, const NewTrees& trees, const TrackedPath& tracked,
                   Snapshot now) {
  DataStatus status;
  status.path = tracked.path;
  status.failed = std::move(now.failed);
  if (tracked.conflict) {
    status.state = DataState::Conflicted;
    status.failed.push_back({tracked.pointer, *tracked.conflict});
  } else if (!status.failed.empty()) {
    status.state = DataState::Unreadable;
  } else if (!now.data) {
    status.state = DataState::Missing;
    try {
      status.stored = is_stored(store, *tracked.data);
    } catch (const Error&) {
      status.stored = false;  // a nested tree is absent or damaged
    }
  } else if (*now.data != *tracked.data) {
    status.state = DataState::Modified;
    status.damaged = std::move(now.damaged);
    try {
      status.changes =
          diff_data(tracked.path, tracked.data, now.data, [&](const ObjectId& id) { return trees.read(id); });
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::NotFound) throw;
      status.compared = false;
    }
  }
  return status;
}

}  // namespace

std::string_view state_name(DataState state) {
  switch (state) {
    case DataState::Unchanged:
      return "unchanged";
    case DataState::Modified:
      return "modified";
    case DataState::Partial:
      return "partial";
    case DataState::Missing:
      return "missing";
    case DataState::Unreadable:
      return "unreadable";
    case DataState::Conflicted:
      return "conflicted";
  }
  return "";
}

std::uint64_t DataStatus::count(ChangeKind kind) const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(changes, [kind](const FileChange& change) { return change.kind() == kind; }));
}

bool StatusReport::clean() const {
  return std::ranges::all_of(data,
                             [](const DataStatus& each) { return each.state == DataState::Unchanged; }) &&
         std::ranges::all_of(stages, [](const StageState& stage) { return stage.reasons.empty(); });
}

StatusReport status(Repository& repository, const StatusOptions& options, Progress& progress) {
  const ProjectFiles files = find_project_files(repository);
  tell_of_files_left_out(repository, files, progress);
  const std::vector<TrackedPath> tracked = pointed_to(repository, files, options);
  std::vector<std::string> paths;
  for (const TrackedPath& each : tracked) paths.push_back(each.path);
  const ObjectStore& store = repository.store();
  NewTrees trees(store);
  std::vector<Snapshot> now = take_snapshots(
      repository, paths,
      {.mode = IngestMode::HashOnly,
       .on_tree = [&](const std::string&, const ObjectId& id, const Tree& tree) { trees.keep(id, tree); }},
      progress);
  const UnfinishedCheckouts unfinished(repository);
  StatusReport report;
  for (std::size_t i = 0; i < tracked.size(); ++i) {
    report.data.push_back(compare(store, trees, tracked[i], std::move(now[i])));
    auto& state = report.data.back().state;
    if (state == DataState::Modified && unfinished.concern(tracked[i].path)) state = DataState::Partial;
  }
  if (!options.paths.empty()) return report;
  std::vector<std::string> of_stages = files.pipelines;
  of_stages.emplace_back(kLockFileName);
  std::vector<DataStatus> conflicts = conflicted(repository, of_stages);
  if (conflicts.empty()) report.stages = pipeline_state(repository, files, progress);
  std::ranges::move(conflicts, std::back_inserter(report.data));
  return report;
}

}  // namespace dvx
