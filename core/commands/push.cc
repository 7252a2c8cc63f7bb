#include "core/commands/push.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/path.h"
#include "core/share/remote_records.h"
#include "core/share/remotes.h"
#include "core/share/run_closure.h"
#include "core/share/selection.h"
#include "objects/transfer/transfer.h"

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

// The runs behind `targets`, with everything selected all that the lock file names: what the root speaks of.
RunClosure locked_runs(Repository& repository, const Targets& targets, const PushOptions& options) {
  const LockFile lock = load_lock(repository);
  std::set<ObjectId> starts;
  for (const ShareTarget& target : targets) {
    const auto stage = lock.stages.find(target.tracked.stage);
    if (stage != lock.stages.end()) starts.insert(stage->second.run);
  }
  if (options.paths.empty()) {
    for (const auto& [name, stage] : lock.stages) starts.insert(stage.run);
  }
  starts.erase(ObjectId());
  return run_closure(repository.store(), {starts.begin(), starts.end()});
}

RunEntries difference(const RunEntries& a, const RunEntries& b) {
  RunEntries rest;
  std::ranges::set_difference(a, b, std::back_inserter(rest));
  return rest;
}

// What the run cache knows and the remote does not.
RunClosure new_runs(const ObjectStore& store, const RunEntries& cached, const RunEntries& listed) {
  std::vector<ObjectId> starts;
  for (const RunCacheEntry& entry : difference(cached, listed)) {
    if (store.contains(entry.run)) starts.push_back(entry.run);
  }
  return run_closure(store, starts, run_ids(listed));
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

// All of one command's traffic with one remote.
class PushTo {
 public:
  PushTo(Repository& repository, const std::string& name, const PushOptions& options, Progress& progress)
      : repository_(repository),
        store_(repository.store()),
        options_(options),
        progress_(progress),
        remote_(repository, find_remote(repository, name)) {
    remote_.require_place();
    exchange_.remote = remote_.remote().name;
    exchange_.url = remote_.remote().url;
    // Records travel with everything else to the remote that is the default, or was chosen.
    if (name != options.remote) return;
    listed_.emplace(remote_.backend(), project_id(repository), join_path(remote_.cache(), "runs"));
  }

  RemoteExchange run(const Targets& targets) {
    RunClosure locked;
    RunEntries cached;
    if (listed_) locked = locked_runs(repository_, targets, options_);
    if (listed_ && options_.paths.empty()) cached = RunCache(store_).all();
    const RunClosure runs = listed_ ? join(locked, new_runs(store_, cached, listed_->all())) : RunClosure();
    send_data(targets, runs);
    if (!all_is_there_) return std::move(exchange_);
    if (listed_) {
      if (carries_outputs()) send_outputs(cached);
      listed_->publish(RunListOf::Records, runs.runs);
    }
    if (!targets.empty() || !locked.runs.empty())
      publish_root(remote_.backend(), root_record(repository_, targets, locked));
    return std::move(exchange_);
  }

 private:
  bool carries_outputs() {
    return options_.paths.empty() &&
           run_outputs_unless_said(repository_, options_.run_outputs) == RunOutputs::Carry;
  }

  void send_data(const Targets& targets, const RunClosure& runs) {
    const std::vector<ClosureRoot> data = roots_of(targets);
    std::vector<ClosureRoot> roots = data;
    add_runs(roots, runs, store_);
    const TransferReport moved = send(roots);
    exchange_.missing = name_objects(store_, data, {moved.missing.begin(), moved.missing.end()});
    exchange_.damaged = name_objects(store_, data, {moved.damaged.begin(), moved.damaged.end()});
    std::ranges::copy_if(runs.absent, std::back_inserter(exchange_.missing_runs),
                         [&](const ObjectId& run) { return !remote_.index().find(run); });
    all_is_there_ = moved.missing.empty() && moved.damaged.empty();
  }

  // A run with outputs that are gone here, or damaged, is not one that others could be given.
  void send_outputs(const RunEntries& cached) {
    const RunEntries fresh = difference(cached, listed_->with_outputs());
    if (fresh.empty()) return;
    const auto runs = outputs_of_runs(store_, fresh, private_outputs(repository_),
                                      [&](const ObjectId& id) { return store_.contains(id); });
    const TransferReport moved = send(all_outputs(runs));
    std::unordered_set<ObjectId> gone(moved.missing.begin(), moved.missing.end());
    gone.insert(moved.damaged.begin(), moved.damaged.end());
    listed_->publish(RunListOf::Outputs, runs_without(store_, runs, gone));
  }

  TransferReport send(const std::vector<ClosureRoot>& roots) {
    TransferReport moved =
        push_objects(store_, remote_.index(), roots, {.jobs = repository_.jobs()}, progress_);
    exchange_.objects += moved.objects;
    exchange_.already_there += moved.already_there;
    exchange_.bytes += moved.bytes;
    return moved;
  }

  Repository& repository_;
  const ObjectStore& store_;
  const PushOptions& options_;
  Progress& progress_;
  OpenRemote remote_;
  std::optional<RemoteRuns> listed_;  // where records go
  RemoteExchange exchange_;
  bool all_is_there_ = false;
};

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
    report.remotes.push_back(PushTo(repository, name, options, progress).run(group));
    tell_apart(report.remotes.back(), report.changed);
  }
  return report;
}

}  // namespace dvx
