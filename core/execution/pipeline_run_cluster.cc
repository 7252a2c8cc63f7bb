#include "core/execution/pipeline_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/execution/slurm/each_array.h"
#include "core/execution/stage/stage_places.h"
#include "core/execution/trace/trace_check.h"

namespace dvx {

SlurmStages& PipelineRun::cluster() {
  if (!cluster_) cluster_ = std::make_unique<SlurmStages>(survey_, progress_);
  return *cluster_;
}

void PipelineRun::take_up_earlier_jobs() {
  if (!JobDirectory::are_there(survey_.repository())) return;
  for (std::size_t i = 0; i < selected_.size(); ++i) {
    if (!cluster().adopt(selected_[i])) continue;
    order_.enter_queue(i, cluster().is_array(selected_[i]) ? QueuedAs::Alone : QueuedAs::OneOfAChain);
  }
  if (!order_.queued().empty()) keep_intent();
}

void PipelineRun::keep_intent() {
  if (intent_) return;
  RunIntent intent{
      .stages = {}, .executor = options_.executor, .keep_going = options_.on_failure == OnFailure::KeepGoing};
  for (std::size_t i = 0; i < selected_.size(); ++i) intent.stages.push_back(stage(i).name);
  intent_ = UnfinishedRun::begin(survey_.repository(), intent);
}

void PipelineRun::forget_intent_without_jobs() {
  if (intent_ && order_.queued().empty()) intent_->finish();
}

void PipelineRun::queue_what_can_wait_there() {
  while (may_start()) {
    const auto next = order_.take_queueable();
    if (!next) return;
    const std::size_t i = *next;
    const bool waits_there = order_.waits(i) && runs_on_cluster(stage(i)) && !stage(i).each &&
                             !stage(i).frozen && !order_.is_skipped(i) && !order_.queued().contains(i);
    // Whether it is forced is known only when those before it are done.
    if (!waits_there || options_.downstream == Downstream::Forced) continue;
    results_[i].reasons = upstream_reasons(i);
    queue(i);
  }
}

std::vector<StaleReason> PipelineRun::upstream_reasons(std::size_t i) const {
  std::vector<StaleReason> reasons;
  for (const std::size_t before : order_.queued()) {
    const auto& behind = order_.behind(before);
    if (std::ranges::find(behind, i) != behind.end())
      reasons.push_back({ReasonKind::Upstream, stage(before).name, {}, {}, {}});
  }
  return reasons;
}

// What the job finds in dvx.lock is what was decided on here.
void PipelineRun::queue(std::size_t i) {
  refuse_sandboxes_by_option(stage(i));
  refuse_outputs_elsewhere(stage(i));
  refuse_outputs_in_git(stage(i));
  if (auto failure = refuse_linked_places(survey_.repository(), stage(i)))
    return fail(i, *std::move(failure));
  if (!keep_unstored(i)) return;
  for (const StageOutput& out : stage(i).outs)
    make_directories(survey_.repository().path(parent_path(out.path)));
  ignore_outputs(stage(i));
  journal_.commit();
  keep_intent();
  const Force force = forced_after_.contains(i) ? Force::Yes : options_.force;
  cluster().submit(selected_[i], describe_briefly(results_[i].reasons), force, options_.trace);
  order_.enter_queue(i, QueuedAs::OneOfAChain);
}

// Which inputs are to be run is known when all stages before it are done, and not earlier.
void PipelineRun::queue_array(std::size_t i, StageDecision decision) {
  refuse_sandboxes_by_option(stage(i));
  const auto scratch =
      cluster().begin_array(selected_[i], describe_briefly(decision.reasons), options_.trace);
  if (!scratch) return order_.enter_queue(i, QueuedAs::Alone);
  try {
    if (others_interfered()) {
      look_again_at(i);
      decision = decide(i);
    }
    if (decision.action == StageAction::Run) return submit_each(i, std::move(decision), *scratch);
  } catch (const Error&) {
    cluster_->let_go(selected_[i]);  // there is no job
    throw;
  }
  cluster_->let_go(selected_[i]);
  begin(i);
}

void PipelineRun::submit_each(std::size_t i, StageDecision decision, const std::string& scratch) {
  auto run = begin_each(i, std::move(decision), scratch);
  if (!run) return cluster_->let_go(selected_[i]);
  EachRun& begun = *(each_[i] = std::move(run));
  if (!begun.has_next()) {
    end_each(i);
    return cluster_->let_go(selected_[i]);
  }
  journal_.commit();
  keep_intent();
  cluster_->submit_array(selected_[i], begin_tasks(begun));
  order_.enter_queue(i, QueuedAs::Alone);
}

// A job knows what dvx.yaml says, not what somebody typed.
void PipelineRun::refuse_sandboxes_by_option(const Stage& stage) const {
  if (options_.sandboxes == Sandboxes::AsDeclared || stage.execution.sandbox) return;
  throw Error(ErrorKind::Config,
              fmt::format("stage '{}' runs as a job, which '--sandbox' does not reach", stage.name),
              "write 'sandbox: true' into the stage", stage.file);
}

void PipelineRun::take_from_cluster() {
  if (order_.queued().empty() || interrupt_signal() != 0) return;
  for (EndedJob& ended : cluster_->poll()) {
    const auto at = std::ranges::find(selected_, ended.stage);
    ended_.emplace(static_cast<std::size_t>(at - selected_.begin()), std::move(ended));
  }
  // In order, so that producers are on record before what was made from their outputs.
  for (auto next = ended_.begin(); next != ended_.end();) {
    const std::size_t i = next->first;
    if (order_.waits(i) && !order_.is_skipped(i)) {
      ++next;
      continue;
    }
    const EndedJob ended = std::move(ended_.extract(next).mapped());
    order_.leave_queue(i);
    settle(i, ended);
    next = ended_.begin();  // it may have been waited for
  }
}

void PipelineRun::settle(std::size_t i, const EndedJob& ended) {
  for (const StageOutput& out : stage(i).outs) survey_.forget(out.path);
  if (order_.is_skipped(i)) return cluster_->let_go(selected_[i]);
  const bool is_earlier = ended.is_adopted && options_.earlier_jobs == EarlierJobs::Precede;
  if (ended.fate == JobFate::ByAnother) return begin_anew(i, LockSource::Disk);
  const bool is_cancelled = ended.fate == JobFate::Cancelled;
  if (ended.fate == JobFate::NeverSubmitted || (is_cancelled && is_earlier))
    return begin_anew(i, LockSource::Memory);
  if (is_cancelled && has_failed_ && options_.on_failure == OnFailure::Stop) return leave_out(i);
  if (!ended.tasks.empty()) return settle_array(i, ended, is_earlier);
  if (ended.result.trace) {
    say_trace(*ended.result.trace, stage(i).name, progress_);
    results_[i].trace = ended.result.trace;
  }
  if (ended.fate != JobFate::HasResult) return settle_failure(i, ended.failure, is_earlier);
  if (!ended.result.succeeded()) return settle_failure(i, ended.result.failure, is_earlier);
  settle_success(i, ended, is_earlier);
}

void PipelineRun::settle_array(std::size_t i, const EndedJob& ended, bool is_earlier) {
  const auto run = each_.extract(i);
  if (run.empty()) return settle_adopted_array(i, ended, is_earlier);
  EachRun& begun = *run.mapped();
  end_tasks(begun, ended, survey_.repository(), progress_);
  results_[i].seconds = begun.seconds();
  results_[i].items = begun.counts();
  auto concluded = begun.finish(git_state(), "slurm");
  results_[i].trace = begun.found();
  conclude(i, std::move(concluded), begun.log_file());
  cluster_->let_go(selected_[i]);  // all of it is on record
}

// What it has done is not done again by the run that records it.
void PipelineRun::settle_adopted_array(std::size_t i, const EndedJob& ended, bool is_earlier) {
  auto failure = stage(i).each ? keep_ended_tasks(ended, stage(i), survey_, progress_) : std::nullopt;
  if (failure && !is_earlier) {
    cluster_->let_go(selected_[i]);
    return fail(i, *std::move(failure));
  }
  begin_anew(i, LockSource::Memory);
}

void PipelineRun::begin_anew(std::size_t i, LockSource source) {
  cluster_->let_go(selected_[i]);
  if (source == LockSource::Disk) {
    journal_.commit();
    survey_.read_lock_again();
  }
  if (may_start()) order_.ready().insert(i);
}

// It was waiting when another stage failed, so it is as if it had never been begun.
void PipelineRun::leave_out(std::size_t i) {
  cluster_->let_go(selected_[i]);
  skip_after(i, "another stage failed");
}

void PipelineRun::settle_failure(std::size_t i, StageFailure failure, bool is_earlier) {
  keep_failed_log(survey_.repository(), stage(i).name, cluster_->log_file(selected_[i]));
  has_failed_logs_ = true;
  if (is_earlier) {
    progress_.line(fmt::format("{}: its job from before failed: {}", stage(i).name, failure.message));
    return begin_anew(i, LockSource::Memory);
  }
  cluster_->let_go(selected_[i]);
  if (failure.hint.empty()) failure.hint = "dvx logs " + paste_quote(stage(i).name);
  fail(i, std::move(failure));
}

void PipelineRun::settle_success(std::size_t i, const EndedJob& ended, bool is_earlier) {
  const LockedStage* before = survey_.locked(stage(i).name);
  if (ended.result.end == JobEnd::UpToDate) {
    const bool still_is = before != nullptr && before->run == ended.result.run && has_outputs(*before);
    if (!still_is || is_earlier) return begin_anew(i, LockSource::Memory);
    recorded_jobs_.push_back(selected_[i]);
    return accept(i);
  }
  auto recorded = recorded_run(ended);
  if (auto* failure = std::get_if<StageFailure>(&recorded))
    return settle_failure(i, std::move(*failure), is_earlier);
  auto& made = std::get<FinishedRun>(recorded);
  const bool has_run = ended.result.end == JobEnd::Ran;
  results_[i].seconds = ended.result.outcome.wall_seconds;
  results_[i].outputs_unchanged = has_run && before != nullptr && same_outputs(*before, made.entry);
  results_[i].run = made.id;
  enter(i, std::move(made.entry));
  recorded_jobs_.push_back(selected_[i]);
  progress_.line(has_run ? fmt::format("{}: ran in {:.1f} s{}", stage(i).name, results_[i].seconds,
                                       results_[i].outputs_unchanged ? ", same outputs as before" : "")
                         : fmt::format("{}: restored from run {}", stage(i).name, made.id.short_hex()));
  // dvx.yaml or the inputs may have changed since.
  if (is_earlier && is_stale(i)) return begin_anew_after_record(i);
  succeed(i, has_run ? StageOutcome::Ran : StageOutcome::Restored);
}

std::variant<FinishedRun, StageFailure> PipelineRun::recorded_run(const EndedJob& ended) {
  return ended.result.end == JobEnd::Ran ? cluster_->record(ended, journal_.ingest())
                                         : cluster_->record_restored(ended);
}

bool PipelineRun::has_outputs(const LockedStage& entry) {
  return std::ranges::all_of(entry.outs,
                             [this](const LockedPath& out) { return survey_.content(out.path) == out.data; });
}

bool PipelineRun::is_stale(std::size_t i) {
  return decide_stage(survey_.facts(selected_[i], options_.force), survey_.lookup()).action !=
         StageAction::UpToDate;
}

void PipelineRun::begin_anew_after_record(std::size_t i) {
  journal_.commit();
  note_recorded_jobs();
  order_.ready().insert(i);
}

// Only then: until the lock entry is durable, the job's files are all there is.
void PipelineRun::note_recorded_jobs() {
  if (recorded_jobs_.empty() || journal_.patience()) return;
  for (const std::size_t stage : recorded_jobs_) cluster_->note_recorded(stage);
  recorded_jobs_.clear();
}

void PipelineRun::cancel_jobs_after_failure() {
  if (order_.queued().empty()) return;
  for (const std::size_t i : order_.queued()) {
    if (order_.is_skipped(i)) cluster_->cancel(selected_[i]);
  }
  if (options_.on_failure == OnFailure::Stop) cluster_->cancel_waiting();
}

void PipelineRun::tell_of_jobs_left() const {
  const std::size_t count = order_.queued().size();
  if (count == 0) return;
  progress_.line(fmt::format("{} job{} on: 'dvx repro --attach' comes back to {}, 'dvx queue cancel' ends {}",
                             count, count == 1 ? " goes" : "s go", count == 1 ? "it" : "them",
                             count == 1 ? "it" : "them"));
}

}  // namespace dvx
