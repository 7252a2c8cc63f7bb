#include "core/commands/push.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "base/path.h"
#include "core/remote/remote_records.h"
#include "core/remote/remotes.h"
#include "core/remote/run_closure.h"
#include "core/remote/selection.h"
#include "objects/store/transfer.h"

namespace dvx {

namespace {

using Targets = std::vector<ShareTarget>;

// By name of remote, "" being the default one, which is there even when nothing is tracked: so that a missing
// remote is told in any case.
std::map<std::string, Targets> by_remote(const Targets& targets, const std::string& chosen) {
  std::map<std::string, Targets> groups;
  for (const ShareTarget& target : targets) {
    if (target.tracked.push) groups[remote_of(target, chosen)].push_back(target);
  }
  if (groups.empty()) groups[chosen];
  return groups;
}

// The runs behind `targets`; with everything selected also all that the run cache knows.
RunClosure runs_to_push(Repository& repository, const Targets& targets, const PushOptions& options) {
  const LockFile lock = load_lock(repository);
  std::set<ObjectId> starts;
  for (const ShareTarget& target : targets) {
    const auto stage = lock.stages.find(target.tracked.stage);
    if (stage != lock.stages.end()) starts.insert(stage->second.run);
  }
  if (options.paths.empty()) {
    for (const auto& [name, stage] : lock.stages) starts.insert(stage.run);
    for (const RunCacheEntry& entry : RunCache(repository.store()).all()) {
      if (repository.store().contains(entry.run)) starts.insert(entry.run);
    }
  }
  starts.erase(ObjectId());
  return run_closure(repository.store(), {starts.begin(), starts.end()});
}

std::vector<ClosureRoot> roots_of(const Targets& targets) {
  std::vector<ClosureRoot> roots;
  for (const ShareTarget& target : targets) roots.push_back(closure_root(target.path, *target.tracked.data));
  return roots;
}

// Logs may have been thrown away; records are what counts.
void add_runs(std::vector<ClosureRoot>& roots, const RunClosure& runs, const ObjectStore& store) {
  for (const RunCacheEntry& entry : runs.runs) roots.push_back({"run record", entry.run, EntryKind::File});
  for (const ObjectId& log : runs.logs) {
    if (store.contains(log)) roots.push_back({"log", log, EntryKind::File});
  }
}

RemoteRoot root_record(Repository& repository, const Targets& targets, const RunClosure& runs) {
  RemoteRoot root;
  root.project = project_id(repository);
  root.commit = repository.git().head().value_or("");
  for (const ShareTarget& target : targets) root.data.push_back({target.path, *target.tracked.data});
  for (const RunCacheEntry& entry : runs.runs) root.runs.push_back(entry.run);
  std::sort(root.runs.begin(), root.runs.end());
  return root;
}

void publish(Repository& repository, OpenRemote& remote, const Targets& targets, const RunClosure& runs) {
  if (targets.empty() && runs.runs.empty()) return;
  RemoteRuns(remote.backend(), project_id(repository), join_path(remote.cache(), "runs")).publish(runs.runs);
  publish_root(remote.backend(), root_record(repository, targets, runs));
}

RemoteExchange push_to(Repository& repository, const std::string& name, const Targets& targets,
                       const PushOptions& options, Progress& progress) {
  OpenRemote remote(repository, find_remote(repository, name));
  const ObjectStore& store = repository.store();
  // Records travel with everything else to the remote that is the default, or was chosen.
  const RunClosure runs = name == options.remote ? runs_to_push(repository, targets, options) : RunClosure();
  const std::vector<ClosureRoot> data = roots_of(targets);
  std::vector<ClosureRoot> roots = data;
  add_runs(roots, runs, store);
  const TransferReport moved =
      push_objects(store, remote.index(), roots, {.jobs = repository.jobs()}, progress);

  RemoteExchange exchange{
      remote.remote().name, remote.remote().url, moved.objects, moved.already_there, moved.bytes, {}, {}, {}};
  exchange.missing = name_objects(store, data, {moved.missing.begin(), moved.missing.end()});
  exchange.damaged = name_objects(store, data, {moved.damaged.begin(), moved.damaged.end()});
  std::copy_if(runs.absent.begin(), runs.absent.end(), std::back_inserter(exchange.missing_runs),
               [&](const ObjectId& run) { return !remote.index().find(run); });
  if (moved.missing.empty() && moved.damaged.empty()) publish(repository, remote, targets, runs);
  return exchange;
}

// What was set aside is not missing: it is here, and damaged.
void tell_apart(RemoteExchange& exchange, const std::vector<ChangedLink>& changed) {
  const auto is_changed = [&](const NamedObject& object) {
    return std::ranges::binary_search(changed, object.id, {}, &ChangedLink::id);
  };
  std::ranges::copy_if(exchange.missing, std::back_inserter(exchange.damaged), is_changed);
  std::erase_if(exchange.missing, is_changed);
}

// A target inside of a tracked directory becomes the subtree that it names.
Targets narrowed(const ObjectStore& store, Targets targets) {
  for (ShareTarget& target : targets) {
    if (target.path == target.tracked.path) continue;
    target.tracked.data = data_inside(store, target);
  }
  return targets;
}

}  // namespace

PushReport push(Repository& repository, const PushOptions& options, Progress& progress) {
  const Targets targets = narrowed(repository.store(), select_targets(repository, options.paths));
  PushReport report;
  report.changed = find_changed_links(repository, OnChangedLink::Take, progress);
  for (const auto& [name, group] : by_remote(targets, options.remote)) {
    report.remotes.push_back(push_to(repository, name, group, options, progress));
    tell_apart(report.remotes.back(), report.changed);
  }
  return report;
}

}  // namespace dvx
