// One execution of a pipeline: what executor.h promises, as a state that its steps share. Each stage is begun
// when those before it are done, decided on, and comes to one outcome. Stages are positions in the selection.
//
//   pipeline_run.cc           what begins when, and who else is at work
//   pipeline_run_commands.cc  commands that run here
//   pipeline_run_cluster.cc   commands that run as jobs of a cluster
//   pipeline_run_outcome.cc   what becomes of a stage, and of those behind it
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/task_watch.h"
#include "core/execution/executor.h"
#include "core/execution/running_stages.h"
#include "core/execution/slurm/slurm_stages.h"
#include "core/execution/slurm/unfinished_run.h"
#include "core/execution/stage/each_run.h"
#include "core/execution/stage/machine_share.h"
#include "core/execution/stage/mutex_locks.h"
#include "core/execution/stage/stage_run.h"
#include "core/execution/stage_order.h"
#include "core/runs/failed_log.h"
#include "core/runs/run_journal.h"
#include "core/runs/stage_claims.h"
#include "core/workspace/checkout.h"

namespace dvx {

class PipelineRun {
 public:
  PipelineRun(PipelineSurvey& survey, const std::vector<std::size_t>& selected, const ExecuteOptions& options,
              CommandRunner& runner, Progress& progress);
  PipelineRun(const PipelineRun&) = delete;
  PipelineRun& operator=(const PipelineRun&) = delete;

  Execution run();  // once

 private:
  using QueuedAs = StageOrder::QueuedAs;

  const Stage& stage(std::size_t i) const { return survey_.stages()[selected_[i]]; }
  bool may_start() const {
    return interrupt_signal() == 0 && !(has_failed_ && options_.on_failure == OnFailure::Stop);
  }

  // --- pipeline_run.cc ---

  std::optional<Error> absent_gpus(const Stage& stage) const;
  void keep_what_is_finished();
  void loop();
  void begin_what_is_ready();
  bool has_mutexes(std::size_t i);
  StageDecision decide(std::size_t i);
  void begin(std::size_t i);
  void carry_out(std::size_t i, StageDecision decision);
  bool needs_claim(std::size_t i, const StageDecision& decision) const;
  bool claim(std::size_t i);
  bool others_interfered() { return has_seen_others_ || journal_.others_wrote(); }
  void look_again_at(std::size_t i);
  std::optional<std::chrono::nanoseconds> patience() const;
  std::optional<RunningStages::Finished> wait_for_next();
  void give_back_what_is_recorded();
  void run_or_queue(std::size_t i, StageDecision decision);

  // --- pipeline_run_commands.cc ---

  void start(std::size_t i, StageDecision decision);
  void refuse_outputs_elsewhere(const Stage& stage);
  std::optional<StageFailure> outputs_elsewhere(const Stage& stage);
  void refuse_outputs_in_git(const Stage& stage);
  std::optional<double> expected_seconds(const Stage& stage);
  // `token` tells what ended: the position of a stage, or a number of a job of one.
  void launch(std::size_t token, std::size_t i, CommandJob job);
  void start_each(std::size_t i, StageDecision decision);
  std::unique_ptr<EachRun> begin_each(std::size_t i, StageDecision decision, const std::string& scratch);
  void start_job(std::size_t i);
  bool launch_job(std::size_t token);
  void go_on_after_job(std::size_t token);
  void complete(RunningStages::Finished finished);
  void complete_job(std::size_t token, const CommandOutcome& outcome);
  void end_each(std::size_t i);
  bool try_again(std::size_t i, StageRun& run, const CommandOutcome& outcome);
  const GitState& git_state();

  // --- pipeline_run_outcome.cc ---

  void accept(std::size_t i);
  void freeze(std::size_t i);
  void record_frozen(std::size_t i);
  void restore(std::size_t i, StageDecision decision);
  // Before anything is written there. False: it has failed.
  bool keep_unstored(std::size_t i, const std::vector<std::string>& paths);
  bool keep_unstored(std::size_t i);  // of all its outputs, which a run is about to write
  void forget_begun_stages();         // once they are in dvx.lock
  bool can_check_out(std::size_t i, const std::vector<CheckoutTarget>& targets);
  std::optional<StageFailure> check_out(const std::vector<CheckoutTarget>& targets);
  StageFailure blocked(std::size_t i, const StageDecision& decision) const;
  void conclude(std::size_t i, std::variant<FinishedRun, StageFailure> ended, const std::string& log_file);
  static bool same_outputs(const LockedStage& a, const LockedStage& b);
  void enter(std::size_t i, LockedStage entry);
  void ignore_outputs(const Stage& stage);
  void succeed(std::size_t i, StageOutcome outcome);
  void fail(std::size_t i, StageFailure failure);
  void skip_after(std::size_t failed, const std::string& message);

  // --- pipeline_run_cluster.cc: a stage is put into the queue as soon as all before it are done or in the
  // queue themselves; its job decides what is to be done when it comes to it ---

  enum class LockSource { Memory, Disk };

  bool runs_on_cluster(const Stage& stage) const {
    return (options_.executor.empty() ? stage.execution.executor : options_.executor) == "slurm";
  }
  SlurmStages& cluster();
  void take_up_earlier_jobs();
  void keep_intent();
  void forget_intent_without_jobs();
  void queue_what_can_wait_there();
  std::vector<StaleReason> upstream_reasons(std::size_t i) const;
  void queue(std::size_t i);
  void queue_array(std::size_t i, StageDecision decision);
  void submit_each(std::size_t i, StageDecision decision, const std::string& scratch);
  void refuse_sandboxes_by_option(const Stage& stage) const;
  void take_from_cluster();
  void settle(std::size_t i, const EndedJob& ended);
  void settle_array(std::size_t i, const EndedJob& ended, bool is_earlier);
  void settle_adopted_array(std::size_t i, const EndedJob& ended, bool is_earlier);
  void settle_failure(std::size_t i, StageFailure failure, bool is_earlier);
  void settle_success(std::size_t i, const EndedJob& ended, bool is_earlier);
  void begin_anew(std::size_t i, LockSource source);
  void begin_anew_after_record(std::size_t i);
  void leave_out(std::size_t i);
  std::variant<FinishedRun, StageFailure> recorded_run(const EndedJob& ended);
  bool has_outputs(const LockedStage& entry);
  bool is_stale(std::size_t i);
  void note_recorded_jobs();
  void cancel_jobs_after_failure();
  void tell_of_jobs_left() const;

  PipelineSurvey& survey_;
  const std::vector<std::size_t>& selected_;
  const ExecuteOptions& options_;
  CommandRunner& runner_;
  Progress& progress_;
  WatchedTasks tasks_;
  RunJournal journal_;
  StageOrder order_{survey_.graph(), selected_};
  std::vector<StageResult> results_;
  std::map<std::size_t, std::string> forced_after_;  // stages before them that ran
  bool has_failed_ = false;

  // Of commands that run here.
  std::optional<TemporaryDirectory> logs_;
  const Machine machine_;
  MachineShare share_;
  std::map<std::size_t, MachineShare::Part> parts_;  // of what runs
  std::map<std::size_t, MutexLocks> mutexes_;        // likewise
  bool is_mutex_taken_ = false;                      // by somebody else, when one was wanted
  std::map<std::size_t, std::size_t> attempts_;      // that failed
  std::map<std::size_t, std::unique_ptr<StageRun>> runs_;
  std::map<std::size_t, std::unique_ptr<EachRun>> each_;             // begun, with jobs to come or running
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> jobs_;  // running: stage and job by token
  std::size_t jobs_begun_ = 0;
  std::optional<GitState> git_state_;

  // Of what is written besides dvx.lock.
  std::map<std::string, std::vector<std::string>> not_ignored_;  // outputs by directory
  std::set<std::string> ignore_files_;
  std::vector<std::string> begun_;  // names of stages that run for the first time
  bool has_failed_logs_ = has_failed_logs(survey_.repository());

  // Of a cluster.
  bool uses_cluster_ = false;               // some stage does
  std::optional<UnfinishedRun> intent_;     // of a run with jobs
  std::unique_ptr<SlurmStages> cluster_;    // null as long as no stage is there
  std::map<std::size_t, EndedJob> ended_;   // jobs, whose upstream is not on record yet
  std::vector<std::size_t> recorded_jobs_;  // stages of the survey; their lock entries are not durable yet

  // Of other dvx at work in the same work tree.
  StageClaims claims_;
  std::set<std::size_t> waiting_, told_;     // for others: now, and ever
  std::vector<std::size_t> not_given_back_;  // claims of what has ended
  bool has_seen_others_ = false;

  RunningStages running_;  // last: what runs is stopped before the rest goes
};

}  // namespace dvx
