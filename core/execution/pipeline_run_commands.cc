#include "core/execution/pipeline_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/path.h"
#include "core/workspace/barrier.h"

namespace dvx {

void PipelineRun::start(std::size_t i, StageDecision decision) {
  refuse_outputs_in_git(stage(i));
  if (!logs_) logs_.emplace(survey_.repository().temporary_dir(), "repro");
  if (stage(i).each) return start_each(i, std::move(decision));
  if (!keep_unstored(i)) return;
  progress_.line(fmt::format("{}: running: {}", stage(i).name, describe_briefly(decision.reasons)));
  auto run = std::make_unique<StageRun>(survey_, stage(i), std::move(decision),
                                        join_path(logs_->path(), fmt::format("{}.log", i)));
  run->set_trace(std::max(stage(i).execution.trace, options_.trace));
  if (options_.sandboxes == Sandboxes::EveryStage) run->run_in_sandbox();
  if (auto failure = run->prepare(progress_)) return fail(i, *std::move(failure));
  ignore_outputs(stage(i));
  git_state();  // as it was before the first command
  tasks_.get().task_started(stage(i).name, expected_seconds(stage(i)));
  launch(i, i, run->job(progress_));
  runs_[i] = std::move(run);
}

// As long as it took last time.
std::optional<double> PipelineRun::expected_seconds(const Stage& stage) {
  const LockedStage* entry = tasks_.get().shows_tasks() ? survey_.locked(stage.name) : nullptr;
  const auto record = entry == nullptr ? std::nullopt : survey_.record(entry->run);
  return record ? std::optional(record->wall_seconds) : std::nullopt;
}

// `token` tells what ended: the position of a stage, or a number of a job of one.
void PipelineRun::launch(std::size_t token, std::size_t i, CommandJob job) {
  const auto& part = parts_[token] = share_.take(stage(i).demands);
  // Which ones they are does not belong to the key: they are alike.
  if (!part.gpus.empty())
    job.environment["CUDA_VISIBLE_DEVICES"] = fmt::format("{}", fmt::join(part.gpus, ","));
  running_.start(token, std::move(job));
}

// A stage that is run per input stays ready as long as it has jobs, which so take turns with other stages.
void PipelineRun::start_each(std::size_t i, StageDecision decision) {
  if (runs_on_cluster(stage(i))) return queue_array(i, std::move(decision));
  auto run = begin_each(i, std::move(decision), join_path(logs_->path(), fmt::format("{}", i)));
  if (!run) return;
  if (auto failure = run->try_sandbox()) return fail(i, *std::move(failure));
  tasks_.get().task_started(stage(i).name, expected_seconds(stage(i)));
  EachRun& begun = *(each_[i] = std::move(run));
  if (begun.has_next()) {
    order_.ready().insert(i);
  } else {
    end_each(i);
  }
}

// Null: it has failed before anything ran.
std::unique_ptr<EachRun> PipelineRun::begin_each(std::size_t i, StageDecision decision,
                                                 const std::string& scratch) {
  if (!keep_unstored(i)) return nullptr;
  const std::string why = describe_briefly(decision.reasons);
  auto run = std::make_unique<EachRun>(survey_, stage(i), std::move(decision), scratch, journal_, progress_);
  run->set_trace(std::max(stage(i).execution.trace, options_.trace));
  if (options_.sandboxes == Sandboxes::EveryStage) run->run_in_sandbox();
  if (auto failure = run->prepare()) {
    fail(i, *std::move(failure));
    return nullptr;
  }
  progress_.line(fmt::format("{}: running {}, as {}", stage(i).name, run->extent(), why));
  ignore_outputs(stage(i));
  git_state();  // as it was before the first command
  return run;
}

void PipelineRun::start_job(std::size_t i) {
  EachRun& run = *each_.at(i);
  const std::size_t job = run.begin_next(), token = selected_.size() + jobs_begun_++;
  jobs_[token] = {i, job};
  if (!launch_job(token)) return go_on_after_job(token);
  if (run.has_next()) order_.ready().insert(i);
}

// False: it has failed, as it cannot be sandboxed as it should.
bool PipelineRun::launch_job(std::size_t token) {
  const auto [i, job] = jobs_.at(token);
  EachRun& run = *each_.at(i);
  std::optional<CommandJob> command;
  try {
    command = run.command(job);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Config) throw;
    run.give_up(job, error.message());
    return false;
  }
  launch(token, i, *std::move(command));
  return true;
}

void PipelineRun::complete_job(std::size_t token, const CommandOutcome& outcome) {
  const auto [i, job] = jobs_.at(token);
  const auto may_retry = may_start() ? EachRun::Retry::Allowed : EachRun::Retry::Forbidden;
  if (each_.at(i)->end(job, outcome, may_retry) && launch_job(token)) return;
  go_on_after_job(token);
}

void PipelineRun::go_on_after_job(std::size_t token) {
  const std::size_t i = jobs_.extract(token).mapped().first;
  EachRun& run = *each_.at(i);
  has_failed_ = has_failed_ || run.has_failed();
  const bool has_more = run.has_next() && may_start();
  if (has_more) order_.ready().insert(i);
  if (run.running() == 0 && !has_more) end_each(i);
}

void PipelineRun::end_each(std::size_t i) {
  const std::unique_ptr<EachRun> run = std::move(each_.at(i));
  each_.erase(i);
  order_.ready().erase(i);
  mutexes_.erase(i);
  if (!run->has_failed() && (run->has_next() || run->was_stopped())) {  // for a signal, or another stage
    progress_.line(
        fmt::format("{}: stopped, {} inputs are done and will not run again", stage(i).name, run->state()));
    run->tell_findings();
    return;
  }
  results_[i].seconds = run->seconds();
  results_[i].items = run->counts();
  if (interrupt_signal() != 0) journal_.commit();
  auto ended = run->finish(git_state(), runner_.name());
  results_[i].trace = run->found();
  conclude(i, std::move(ended), run->log_file());
}

// Whether another attempt was begun.
bool PipelineRun::try_again(std::size_t i, StageRun& run, const CommandOutcome& outcome) {
  if (outcome.ok() || (outcome.stopped && !outcome.overdue) || !may_start()) return false;
  const std::size_t attempt = ++attempts_[i];
  if (attempt > stage(i).demands.retries) return false;
  progress_.line(fmt::format("{}: failed, retry {} of {}", stage(i).name, attempt, stage(i).demands.retries));
  if (run.prepare(progress_)) return false;
  launch(i, i, run.job(progress_));
  return true;
}

// Behind a link, or in a submodule: neither git nor dvx could keep what belongs to them.
void PipelineRun::refuse_outputs_elsewhere(const Stage& stage) {
  for (const StageOutput& out : stage.outs) {
    refuse_barrier_above(survey_.repository(), out.path,
                         fmt::format("output '{}' of stage '{}'", display_path(out.path), stage.name));
  }
}

std::optional<StageFailure> PipelineRun::outputs_elsewhere(const Stage& stage) {
  try {
    refuse_outputs_elsewhere(stage);
    return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Usage) throw;
    return StageFailure{.message = error.message(), .hint = error.hint(), .violations = {}};
  }
}

// Git would hold the same bytes a second time, and its checkout would fight with ours.
void PipelineRun::refuse_outputs_in_git(const Stage& stage) {
  for (const StageOutput& out : stage.outs) {
    if (!out.cache || !survey_.repository().git().is_tracked(out.path)) continue;
    throw Error(
        ErrorKind::Config,
        fmt::format("output '{}' of stage '{}' is tracked by git", display_path(out.path), stage.name),
        fmt::format("git rm -r --cached {}", out.path), out.path);
  }
}

void PipelineRun::complete(RunningStages::Finished finished) {
  const std::size_t i = finished.token;
  share_.give_back(parts_.extract(i).mapped());
  if (finished.failure) std::rethrow_exception(finished.failure);
  if (jobs_.contains(finished.token)) return complete_job(finished.token, finished.outcome);
  if (try_again(i, *runs_.at(i), finished.outcome)) return;
  mutexes_.erase(i);
  const std::unique_ptr<StageRun> run = std::move(runs_.at(i));
  runs_.erase(i);
  results_[i].seconds = finished.outcome.wall_seconds;
  if (interrupt_signal() != 0) journal_.commit();  // reading the outputs of this stage may be cut short
  auto ended = run->finish(finished.outcome, git_state(), runner_.name(), journal_.ingest(), progress_);
  results_[i].trace = run->trace();
  conclude(i, std::move(ended), run->log_file());
}

const GitState& PipelineRun::git_state() {
  if (!git_state_) {
    const GitRepository& git = survey_.repository().git();
    git_state_ = GitState{.commit = git.head().value_or(""), .dirty = git.is_dirty()};
  }
  return *git_state_;
}

}  // namespace dvx
