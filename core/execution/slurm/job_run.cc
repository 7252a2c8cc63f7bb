#include "core/execution/slurm/job_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/execution/slurm/job_commands.h"
#include "core/execution/slurm/job_directory.h"
#include "core/execution/slurm/job_environment.h"
#include "core/execution/slurm/slurm_settings.h"
#include "core/execution/slurm/task_run.h"
#include "core/execution/stage/mutex_locks.h"
#include "core/execution/stage/stage_run.h"
#include "core/formats/stage_key.h"
#include "core/pipeline/params.h"
#include "core/pipeline/plan.h"
#include "core/pipeline/survey.h"
#include "core/workspace/checkout.h"

namespace dvx {

namespace {

using Clock = std::chrono::steady_clock;

std::string variable(const std::map<std::string, std::string>& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string() : found->second;
}

// Stages before this one stand for themselves by name and outputs.
std::vector<Stage> stages_of(const JobDescription& job) {
  std::vector<Stage> stages;
  for (const JobUpstream& upstream : job.upstream) {
    Stage stage;
    stage.name = upstream.stage;
    stage.frozen = upstream.frozen;
    for (const std::string& path : upstream.outs) stage.outs.push_back({.path = path});
    stages.push_back(std::move(stage));
  }
  stages.push_back(job.stage);
  return stages;
}

class JobRun {
 public:
  JobRun(Repository& repository, const JobOptions& options, const JobDirectory& directory,
         const JobDescription& job, Progress& progress)
      : repository_(repository),
        options_(options),
        directory_(directory),
        job_(job),
        settings_(slurm_settings(repository)),
        progress_(progress),
        survey_(repository, stages_of(job), progress),
        stage_(survey_.stages().back()) {
    survey_.ask_tools_and_servers();
  }

  // Fills `result`, whatever is thrown meanwhile.
  void run(JobResult& result, std::vector<std::string>& trees) {
    await_upstream();
    const auto mutexes = lock_mutexes();
    const std::size_t index = survey_.stages().size() - 1;
    survey_.look_at({index});
    StageDecision decision = decide_stage(survey_.facts(index, job_.force), survey_.lookup());
    result.key_fields = decision.key_fields;
    result.seen = what_is_seen();
    switch (decision.action) {
      case StageAction::UpToDate:
        return take_locked(result);
      case StageAction::Restore:
        return restore(*decision.cached, result);
      case StageAction::Run:
        return execute(std::move(decision), result, trees);
      case StageAction::Blocked:
      case StageAction::Frozen:
        break;
    }
    result.failure = {fmt::format("its dependency '{}' does not exist on node {}",
                                  display_path(decision.reasons.front().what), node()),
                      "dvx why " + paste_quote(stage_.name),
                      {}};
  }

 private:
  std::string node() const { return variable(options_.environment, "SLURMD_NODENAME"); }

  void pause() const {
    throw_if_interrupted();
    std::this_thread::sleep_for(std::min(settings_.poll, std::chrono::milliseconds(500)));
  }

  // Slurm starts this job when those before it have succeeded; what their nodes wrote may come late here.
  void await_upstream() {
    const auto give_up = Clock::now() + settings_.patience;
    for (const JobUpstream& upstream : job_.upstream) {
      if (upstream.job.empty()) continue;
      const JobResult before = result_of(upstream, give_up);
      if (!before.succeeded()) fail_after(upstream);
      for (const LockedPath& out : before.outs) await(out, upstream, give_up);
      LockedStage entry;
      entry.key = stage_key(before.key_fields);
      entry.outs = before.outs;
      survey_.set_locked(upstream.stage, std::move(entry));
    }
  }

  JobResult result_of(const JobUpstream& upstream, Clock::time_point give_up) {
    const JobDirectory directory(repository_, upstream.stage);
    for (;;) {
      directory.refresh();
      if (auto result = directory.result(upstream.job)) return *std::move(result);
      if (Clock::now() > give_up) {
        throw Error(ErrorKind::NotFound,
                    fmt::format("the result of stage '{}' is not seen on node {}", upstream.stage, node()),
                    "dvx repro " + paste_quote(stage_.name));
      }
      pause();
    }
  }

  [[noreturn]] void fail_after(const JobUpstream& upstream) const {
    throw Error(ErrorKind::Blocked, fmt::format("stage '{}' before it failed", upstream.stage));
  }

  void await(const LockedPath& out, const JobUpstream& upstream, Clock::time_point give_up) {
    while (survey_.content(out.path) != out.data) {
      if (Clock::now() > give_up) {
        throw Error(ErrorKind::Blocked,
                    fmt::format("input '{}' on node {} is not what stage '{}' made", display_path(out.path),
                                node(), upstream.stage),
                    "dvx repro " + paste_quote(upstream.stage));
      }
      pause();
      survey_.forget(out.path);
    }
  }

  MutexLocks lock_mutexes() const {
    for (;;) {
      if (auto locks = MutexLocks::try_lock(repository_, stage_.demands.mutexes)) return *std::move(locks);
      pause();
    }
  }

  // What a record says of the inputs: they themselves, and outputs that lie in them or around them.
  std::vector<LockedPath> what_is_seen() {
    std::vector<std::string> inputs = survey_.imports_of(survey_.stages().size() - 1), paths;
    for (const StageDependency& dep : stage_.deps) inputs.push_back(dep.path);
    for (std::string& input : inputs) {
      for (std::string& part : survey_.outputs_beneath(input)) paths.push_back(std::move(part));
      if (const auto maker = survey_.maker_of(input)) {
        for (const StageOutput& out : survey_.stages()[*maker].outs) {
          if (is_beneath(input, out.path)) paths.push_back(out.path);
        }
      }
      paths.push_back(std::move(input));
    }
    std::ranges::sort(paths);
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    std::vector<LockedPath> seen;
    for (const std::string& path : paths) {
      if (const auto& data = survey_.content(path)) seen.push_back({path, *data});
    }
    return seen;
  }

  void take_locked(JobResult& result) const {
    const LockedStage* entry = survey_.locked(stage_.name);
    result.outs = entry->outs;
    result.run = entry->run;
    result.end = JobEnd::UpToDate;
  }

  void restore(const CachedRun& cached, JobResult& result) {
    const auto held = repository_.store().hold();
    std::vector<CheckoutTarget> targets;
    for (const RunOutput& out : cached.outs) {
      if (survey_.content(out.path) != out.data) targets.push_back({out.path, out.data});
      result.outs.push_back({out.path, out.data});
    }
    const CheckoutReport report = checkout_paths(repository_, targets, Overwrite::Everything, progress_);
    if (!report.missing.empty()) {
      const std::string& path = report.missing.front().path;
      result.failure = {fmt::format("its output '{}' is not in the store", display_path(path)),
                        "dvx pull " + paste_quote(path),
                        {}};
      return;
    }
    result.run = cached.id;
    result.end = JobEnd::Restored;
  }

  void execute(StageDecision decision, JobResult& result, std::vector<std::string>& trees) {
    const GitRepository& git = repository_.git();
    result.git = {.commit = git.head().value_or(""), .dirty = git.is_dirty()};
    const nlohmann::json params = decision.key_fields->at("params");
    StageRun run(survey_, stage_, std::move(decision), directory_.log_file());
    run.set_trace(stage_.execution.trace);
    if (!run_commands(run, result)) return;
    if (params_again() != params) {
      result.failure = {"a param changed while the stage ran", "dvx repro " + paste_quote(stage_.name), {}};
      return;
    }
    auto examined = run.examine(result.outcome, progress_);
    result.trace = run.trace();
    if (auto* failure = std::get_if<StageFailure>(&examined)) {
      result.failure = std::move(*failure);
      if (was_stopped(result.outcome)) result.end = JobEnd::Stopped;
      return;
    }
    result.findings = std::get<StageFindings>(std::move(examined));
    result.outs = result.findings.outs;
    trees = std::move(result.findings.trees);
    for (const std::string& tree : trees) result.trees.push_back(ObjectId::of(tree));
    result.end = JobEnd::Ran;
  }

  // False: it could not be prepared, and `result` says why.
  bool run_commands(StageRun& run, JobResult& result) {
    for (std::size_t attempt = 0;; ++attempt) {
      if (auto failure = run.prepare(progress_)) {
        result.failure = *std::move(failure);
        return false;
      }
      CommandJob job = run.job(progress_);
      job.environment.merge(gpu_environment(job_, options_.environment));
      result.outcome = run_in_job(std::move(job));
      const bool is_last = was_stopped(result.outcome) || attempt == stage_.demands.retries;
      if (result.outcome.ok() || is_last) return true;
    }
  }

  nlohmann::json params_again() const {
    ParamsLookup lookup(
        [this](const std::string& path) { return read_file_if_exists(repository_.path(path)); });
    return lookup.values_of(stage_);
  }

  Repository& repository_;
  const JobOptions& options_;
  const JobDirectory& directory_;
  const JobDescription& job_;
  const SlurmSettings settings_;
  Progress& progress_;
  PipelineSurvey survey_;
  const Stage& stage_;
};

void note_error(const Error& error, JobResult& result) {
  result.end = error.kind() == ErrorKind::Interrupted ? JobEnd::Stopped : JobEnd::Failed;
  result.failure = {error.message(), error.hint(), {}};
  result.outs.clear();
}

}  // namespace

JobExit run_job(Repository& repository, const JobOptions& options, Progress& progress) {
  const JobDirectory directory = JobDirectory::at(repository, options.directory);
  const auto job = directory.description();
  if (!job || job->id != options.id || directory.is_cancelled()) return JobExit::NotOurs;
  // Tools and commands see what they would see where the job was submitted.
  Surroundings surroundings = repository.surroundings();
  surroundings.environment = job_environment(*job, options.environment);
  Repository seen = Repository::open(std::move(surroundings));
  const bool is_array = directory.has_tasks();
  const std::string slurm_job =
      variable(options.environment, is_array ? "SLURM_ARRAY_JOB_ID" : "SLURM_JOB_ID");
  const std::string node = variable(options.environment, "SLURMD_NODENAME");
  if (!directory.claim_for({slurm_job, node, repository.clock().now_ns()})) return JobExit::NotOurs;
  if (is_array) return run_tasks(seen, options, directory, *job, progress);
  JobResult result;
  result.id = job->id;
  result.slurm_job = slurm_job;
  std::vector<std::string> trees;
  try {
    JobRun(seen, options, directory, *job, progress).run(result, trees);
  } catch (const Error& error) {
    note_error(error, result);
  }
  directory.write_result(result, trees);
  return result.succeeded() ? JobExit::Succeeded : JobExit::Failed;
}

}  // namespace dvx
