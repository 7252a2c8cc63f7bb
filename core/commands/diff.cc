#include "core/commands/diff.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/workspace/revision.h"

namespace dvx {

namespace {

// One side: tracked data by path, and the trees that are in no store.
struct Side {
  std::map<std::string, TrackedPath> tracked;
  std::map<ObjectId, Tree> trees;
  std::vector<FailedPath> failed;
};

bool is_selected(const std::string& path, const std::vector<std::string>& paths) {
  return paths.empty() || std::ranges::any_of(paths, [&](const std::string& each) {
           return is_beneath(path, each) || is_beneath(each, path);
         });
}

// What dvx keeps below `paths`; outputs that git keeps are git's to compare.
std::vector<TrackedPath> selected_paths(const Revision& revision, const std::vector<std::string>& paths) {
  std::vector<TrackedPath> tracked = revision.tracked();
  std::erase_if(tracked,
                [&](const TrackedPath& each) { return !each.cached || !is_selected(each.path, paths); });
  std::ranges::for_each(tracked, refuse_conflict);
  return tracked;
}

Side recorded_side(std::vector<TrackedPath> tracked) {
  Side side;
  for (TrackedPath& each : tracked) {
    if (each.data) side.tracked.emplace(each.path, std::move(each));
  }
  return side;
}

// As the files are, not as they are recorded.
Side workspace_side(Repository& repository, const std::vector<TrackedPath>& tracked, Progress& progress) {
  Side side;
  std::vector<std::string> paths;
  for (const TrackedPath& each : tracked) paths.push_back(each.path);
  const SnapshotOptions options{.mode = IngestMode::HashOnly,
                                .on_tree = [&](const std::string&, const ObjectId& id, const Tree& tree) {
                                  side.trees.emplace(id, tree);
                                }};
  std::vector<Snapshot> snapshots = take_snapshots(repository, paths, options, progress);
  for (std::size_t i = 0; i < tracked.size(); ++i) {
    std::ranges::move(snapshots[i].failed, std::back_inserter(side.failed));
    // What cannot be read is told as such, not as removed.
    TrackedPath state = tracked[i];
    if (snapshots[i].failed.empty()) state.data = snapshots[i].data;
    if (state.data) side.tracked.emplace(state.path, std::move(state));
  }
  return side;
}

Side side_of(Repository& repository, const Revision& revision, const std::vector<std::string>& paths,
             Progress& progress) {
  std::vector<TrackedPath> tracked = selected_paths(revision, paths);
  return revision.is_workspace() ? workspace_side(repository, tracked, progress)
                                 : recorded_side(std::move(tracked));
}

class DataComparison {
 public:
  DataComparison(Repository& repository, Side before, Side after, const std::vector<std::string>& paths)
      : repository_(repository), before_(std::move(before)), after_(std::move(after)), paths_(paths) {}

  std::vector<DataChange> run() {
    std::set<std::string> names;
    for (const auto& [path, tracked] : before_.tracked) names.insert(path);
    for (const auto& [path, tracked] : after_.tracked) names.insert(path);
    std::vector<DataChange> changes;
    for (const std::string& path : names) {
      DataChange change = compare(path);
      const bool outside = !change.files_unknown && change.files.empty();  // differs, but not below `paths_`
      if (change.before != change.after && !outside) changes.push_back(std::move(change));
    }
    return changes;
  }

 private:
  DataChange compare(const std::string& path) {
    DataChange change{.path = path, .stage = {}, .before = {}, .after = {}, .files = {}};
    if (const auto found = before_.tracked.find(path); found != before_.tracked.end()) {
      change.before = found->second.data;
      change.stage = found->second.stage;
    }
    if (const auto found = after_.tracked.find(path); found != after_.tracked.end()) {
      change.after = found->second.data;
      change.stage = found->second.stage;
    }
    try {
      change.files =
          diff_data(path, change.before, change.after, [this](const ObjectId& id) { return tree(id); });
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::NotFound) throw;
      change.files_unknown = true;
    }
    std::erase_if(change.files, [&](const FileChange& file) { return !is_selected(file.path, paths_); });
    return change;
  }

  Tree tree(const ObjectId& id) const {
    for (const Side* side : {&after_, &before_}) {
      if (const auto found = side->trees.find(id); found != side->trees.end()) return found->second;
    }
    return repository_.store().read_tree(id);
  }

  Repository& repository_;
  Side before_, after_;
  const std::vector<std::string>& paths_;
};

struct Arguments {
  std::vector<std::string> revisions, paths;
};

bool is_revision(Repository& repository, const std::string& word) {
  try {
    static_cast<void>(repository.git().resolve(word));
    return true;
  } catch (const Error&) {
    return false;
  }
}

// Revisions first, as many as git knows; then paths.
Arguments sort_arguments(Repository& repository, const std::vector<std::string>& words) {
  Arguments sorted;
  for (const std::string& word : words) {
    const auto dots = word.find("..");
    const bool is_range = dots != std::string::npos && dots > 0 && word.substr(dots) != ".." &&
                          !exists(repository.path(repository.from_user(word)));
    if (sorted.paths.empty() && sorted.revisions.empty() && is_range) {
      sorted.revisions = {word.substr(0, dots), word.substr(dots + 2)};
    } else if (sorted.paths.empty() && sorted.revisions.size() < 2 && is_revision(repository, word)) {
      sorted.revisions.push_back(word);
    } else {
      sorted.paths.push_back(repository.from_user(word));
    }
  }
  return sorted;
}

void check_paths(Repository& repository, const Revision& before, const Revision& after,
                 const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  std::vector<TrackedPath> tracked = before.tracked();
  std::ranges::move(after.tracked(), std::back_inserter(tracked));
  for (const std::string& path : paths) {
    const bool known = std::ranges::any_of(tracked, [&](const TrackedPath& each) {
      return is_beneath(each.path, path) || is_beneath(path, each.path);
    });
    if (known || before.read_file(path) || after.read_file(path)) continue;
    throw Error(ErrorKind::NotFound,
                "'" + display_path(repository.to_user(path)) + "' is neither a revision nor tracked by dvx",
                "dvx ls", path);
  }
}

}  // namespace

ChangeKind DataChange::kind() const {
  if (!before) return ChangeKind::Added;
  return after ? ChangeKind::Modified : ChangeKind::Removed;
}

DiffReport diff_revisions(Repository& repository, const Revision& before, const Revision& after,
                          const std::vector<std::string>& paths, Progress& progress) {
  DiffReport report{.before = before.name(), .after = after.name(), .data = {}, .values = {}, .failed = {}};
  Side old_side = side_of(repository, before, paths, progress);
  Side new_side = side_of(repository, after, paths, progress);
  std::ranges::move(new_side.failed, std::back_inserter(report.failed));
  report.data = DataComparison(repository, std::move(old_side), std::move(new_side), paths).run();
  report.values = diff_values(repository, before, after);
  const auto drop_others = [&](std::vector<ValueChange>& changes) {
    std::erase_if(changes, [&](const ValueChange& change) { return !is_selected(change.file, paths); });
  };
  drop_others(report.values.params);
  drop_others(report.values.metrics);
  std::erase_if(report.values.unreadable,
                [&](const UnreadableValues& values) { return !is_selected(values.file, paths); });
  return report;
}

DiffReport diff(Repository& repository, const DiffOptions& options, Progress& progress) {
  const Arguments arguments = sort_arguments(repository, options.arguments);
  const auto& revisions = arguments.revisions;
  const Revision before =
      revisions.empty() ? Revision::head(repository) : Revision::of(repository, revisions[0]);
  const Revision after =
      revisions.size() < 2 ? Revision::workspace(repository) : Revision::of(repository, revisions[1]);
  check_paths(repository, before, after, arguments.paths);
  return diff_revisions(repository, before, after, arguments.paths, progress);
}

}  // namespace dvx
