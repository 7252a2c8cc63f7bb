#include "core/commands/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/path.h"
#include "core/share/fetched_runs.h"
#include "core/share/remote_records.h"
#include "core/share/remotes.h"
#include "core/share/run_closure.h"
#include "core/share/selection.h"
#include "objects/transfer/transfer.h"

namespace dvx {

namespace {

// Rounds for the records behind those that are asked for, before all that are listed are asked for.
constexpr std::size_t kRoundsAlone = 4;

using Targets = std::vector<ShareTarget>;

std::map<std::string, Targets> by_remote(const Targets& targets, const std::string& chosen) {
  std::map<std::string, Targets> groups;
  for (const ShareTarget& target : targets) groups[remote_of(target, chosen)].push_back(target);
  if (groups.empty()) groups[chosen];
  return groups;
}

// All of one command's traffic with one remote.
class FetchFrom {
 public:
  FetchFrom(Repository& repository, const std::string& name, Progress& progress)
      : repository_(repository), progress_(progress), remote_(repository, find_remote(repository, name)) {
    remote_.require_data();
    exchange_.remote = remote_.remote().name;
    exchange_.url = remote_.remote().url;
  }

  // The part of the tree that a path inside of a tracked directory names; the trees on the way come first.
  void narrow(ShareTarget& target) {
    std::string at = target.tracked.path;
    std::string rest = path_beneath(target.path, at).value_or("");
    while (!rest.empty()) {
      get({{at, target.tracked.data->id, EntryKind::File}});
      const auto slash = rest.find('/');
      const ShareTarget step{target.tracked, join_path(at, rest.substr(0, slash))};
      target.tracked.data = data_inside(repository_.store(), step);
      target.tracked.path = at = step.path;
      rest = slash == std::string::npos ? "" : rest.substr(slash + 1);
    }
  }

  void get_data(const Targets& targets) {
    std::vector<ClosureRoot> roots;
    for (const ShareTarget& target : targets)
      roots.push_back(closure_root(target.path, *target.tracked.data));
    const TransferReport moved = get(roots);
    std::unordered_set<ObjectId> missing, damaged;
    for (const ObjectId& id : moved.missing) (remote_.index().find(id) ? damaged : missing).insert(id);
    exchange_.missing = name_objects(repository_.store(), roots, missing);
    exchange_.damaged = name_objects(repository_.store(), roots, damaged);
  }

  // Records of `locked` runs with all that they were made from.
  void get_runs(const std::vector<ObjectId>& locked) { get_records(locked, {}); }

  // The records that the remote lists and the run cache does not have; with their outputs if those are
  // wanted.
  void get_run_cache(RunOutputs outputs) {
    const RemoteRuns listed(remote_.backend(), project_id(repository_), join_path(remote_.cache(), "runs"));
    const RunEntries known = RunCache(repository_.store()).all();
    RunEntries fresh;
    std::ranges::set_difference(listed.all(), known, std::back_inserter(fresh));
    get_records(run_ids(fresh), run_ids(known));
    if (outputs == RunOutputs::Carry) get_outputs(listed.with_outputs(), known);
  }

  RemoteExchange take() { return std::move(exchange_); }

 private:
  TransferReport get(const std::vector<ClosureRoot>& roots) {
    TransferReport moved =
        fetch_objects(repository_.store(), remote_.index(), roots, {.jobs = repository_.jobs()}, progress_);
    exchange_.objects += moved.objects;
    exchange_.already_there += moved.already_there;
    exchange_.bytes += moved.bytes;
    return moved;
  }

  // Records name the records that they were made from, so it takes some rounds.
  void get_records(const std::vector<ObjectId>& starts, const std::vector<ObjectId>& known) {
    const ObjectStore& store = repository_.store();
    RunClosure runs = run_closure(store, starts, known);
    for (std::size_t round = 0; !runs.absent.empty(); ++round) {
      if (round == limits::kRunRounds) {
        throw Error(ErrorKind::Corruption,
                    fmt::format("run {} lies more than {} runs behind those that remote '{}' lists",
                                runs.absent.front().to_hex(), limits::kRunRounds, exchange_.remote),
                    "dvx push");
      }
      std::vector<ObjectId> wanted = runs.absent;
      // The chain goes on behind what was near: everything that the project has listed comes at once.
      if (round == kRoundsAlone) std::ranges::copy(listed_runs(), std::back_inserter(wanted));
      std::vector<ClosureRoot> roots;
      for (const ObjectId& run : wanted) roots.push_back({"run record", run, EntryKind::File});
      if (get(roots).objects == 0) break;
      runs = run_closure(store, starts, known);
    }
    get_logs(runs.logs);
    std::ranges::copy(runs.absent, std::back_inserter(exchange_.missing_runs));
    RunCache(repository_.store()).add(runs.runs);
  }

  std::vector<ObjectId> listed_runs() {
    const std::string project = repository_.config().get_or("core.project", "");
    if (project.empty()) return {};
    const RemoteRuns listed(remote_.backend(), project_id(repository_), join_path(remote_.cache(), "runs"));
    return run_ids(listed.all());
  }

  // What was fetched with its outputs before, and was not collected since, is passed over.
  void get_outputs(const RunEntries& listed, const RunEntries& known) {
    const ObjectStore& store = repository_.store();
    FetchedRuns fetched(remote_.cache());
    std::vector<ObjectId> here;
    RunEntries wanted;
    for (const RunCacheEntry& entry : listed) {
      const bool is_here =
          std::ranges::binary_search(fetched.ids(), entry.run) && std::ranges::binary_search(known, entry);
      if (is_here) {
        here.push_back(entry.run);
      } else {
        wanted.push_back(entry);
      }
    }
    if (wanted.empty()) return;
    const auto runs = outputs_of_runs(store, wanted, {}, [&](const ObjectId& id) {
      return store.contains(id) || remote_.index().find(id).has_value();
    });
    const TransferReport moved = get(all_outputs(runs));
    for (const RunCacheEntry& run : runs_without(store, runs, {moved.missing.begin(), moved.missing.end()}))
      here.push_back(run.run);
    fetched.replace(std::move(here));
  }

  // A log that is nowhere any more is no loss of data.
  void get_logs(const std::vector<ObjectId>& logs) {
    std::vector<ClosureRoot> roots;
    for (const ObjectId& log : logs) roots.push_back({"log", log, EntryKind::File});
    if (!roots.empty()) get(roots);
  }

  Repository& repository_;
  Progress& progress_;
  OpenRemote remote_;
  RemoteExchange exchange_;
};

std::vector<ObjectId> locked_runs(Repository& repository, const Targets& targets,
                                  const FetchOptions& options) {
  std::set<ObjectId> runs;
  const LockFile lock = load_lock(repository);
  for (const auto& [name, stage] : lock.stages) {
    const bool wanted = options.paths.empty() || std::any_of(targets.begin(), targets.end(),
                                                             [&, &stage_name = name](const auto& target) {
                                                               return target.tracked.stage == stage_name;
                                                             });
    if (wanted) runs.insert(stage.run);
  }
  runs.erase(ObjectId());
  return {runs.begin(), runs.end()};
}

RemoteExchange fetch_group(Repository& repository, const std::string& name, Targets& targets,
                           const FetchOptions& options, Progress& progress) {
  FetchFrom from(repository, name, progress);
  for (ShareTarget& target : targets) from.narrow(target);
  from.get_data(targets);
  // Records come from the remote that is the default, or was chosen; push brings them there.
  if (name == options.remote) {
    from.get_runs(locked_runs(repository, targets, options));
    if (options.paths.empty()) from.get_run_cache(run_outputs_unless_said(repository, options.run_outputs));
  }
  return from.take();
}

}  // namespace

FetchReport fetch(Repository& repository, const FetchOptions& options, Progress& progress) {
  FetchReport report;
  for (auto& [name, targets] : by_remote(select_targets(repository, options.paths), options.remote)) {
    report.remotes.push_back(fetch_group(repository, name, targets, options, progress));
    for (const ShareTarget& target : targets) report.targets.push_back({target.path, *target.tracked.data});
  }
  std::sort(report.targets.begin(), report.targets.end(),
            [](const FetchedPath& a, const FetchedPath& b) { return a.path < b.path; });
  return report;
}

}  // namespace dvx
