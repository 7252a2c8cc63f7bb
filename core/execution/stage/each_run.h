// One run of a stage with `each`: a list of jobs, which the caller runs in any order and as many at once as
// it likes, between what a StageRun does before and after.
//
// What ended well is written to the journal (each_journal.h) once outputs are hashed and inputs, their own
// and those of all items, are found unchanged, so that whatever ends the stage early loses no more than a
// moment's items. Nothing here starts a process or knows of other stages. Single-threaded.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/progress.h"
#include "core/execution/stage/each_job.h"
#include "core/execution/stage/each_sandboxes.h"
#include "core/execution/stage/each_trace.h"
#include "core/execution/stage/stage_run.h"
#include "core/pipeline/each_plan.h"
#include "core/runs/each_journal.h"
#include "core/runs/run_journal.h"
#include "core/workspace/snapshot.h"

namespace dvx {

class EachRun {
 public:
  // `decision` is Run. `scratch`: what names of files of this run begin with, absolute, in a directory that
  // exists and outlives the run.
  EachRun(PipelineSurvey& survey, const Stage& stage, StageDecision decision, std::string scratch,
          RunJournal& journal, Progress& progress);

  // Before prepare(). What is not said of a sandbox or of tracing is as the stage says; in a sandbox nothing
  // is traced.
  void run_in_sandbox() { is_sandboxed_ = true; }
  void set_trace(Trace trace) { trace_ = trace; }
  // Looks at what is to be done, removes outputs of inputs that are gone, brings back those that are stored.
  std::optional<StageFailure> prepare();

  // After prepare(), where jobs run here.
  std::optional<StageFailure> try_sandbox();

  bool has_next() const { return next_ < jobs_.size() && !spoilt_; }
  std::size_t running() const { return running_; }
  std::size_t begin_next();             // the number of a job, whose old outputs are gone now
  CommandJob command(std::size_t job);  // of one that was begun
  // The same for another machine, where they are to be watched and sandboxed as these say.
  CommandJob plain_command(std::size_t job) const;
  const std::optional<EachTrace>& watched() const { return watched_; }
  std::optional<std::vector<std::string>> sandbox_inputs() const;  // those of all jobs
  // The job has ended. True: it is to be tried again, which `may_retry` allows.
  enum class Retry { Forbidden, Allowed };
  bool end(std::size_t job, const CommandOutcome& outcome, Retry may_retry);
  // It does not run, and has failed for another reason than what its commands ended with.
  void give_up(std::size_t job, const std::string& message);
  bool has_failed() const { return failed_ > 0; }
  bool was_stopped() const { return was_stopped_; }  // a job was, by a signal to dvx
  // When the stage ends before all jobs have: what is known of those that did.
  void tell_findings();

  // Writes down what has ended; when the last job has, call it before anything else.
  void settle();
  // Of a stage that nothing runs of any more. All jobs have ended, or one failed.
  std::variant<FinishedRun, StageFailure> finish(const GitState& git, const std::string& executor);

  // After finish(), of what was traced.
  const std::optional<StageTrace>& found() const { return found_; }

  const Stage& stage() const { return stage_; }
  const std::vector<EachJob>& jobs() const { return jobs_; }
  std::string log_file_of(std::size_t job) const;                 // until end()
  const ObjectId& key_of_items() const { return key_of_items_; }  // as each_survey.h has it
  RunItems counts() const;
  std::string state() const;   // "312 of 100,000"
  std::string extent() const;  // what prepare() found: "10 of 100,000 inputs"
  const std::string& log_file() const { return run_.log_file(); }
  double seconds() const { return total_.wall_seconds; }

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<StageFailure> restore_outputs();
  std::optional<StageFailure> judge(std::size_t job, const CommandOutcome& outcome);
  void make_room(const EachItem& item);
  std::string scratch_of(std::size_t job) const;
  void take_log(std::size_t job);
  bool is_settling_due() const;
  std::vector<Snapshot> take_outputs(const std::vector<std::string>& outputs);
  void check(const EachItem& item, const Snapshot& input, const Snapshot& output);
  void fail(const std::string& name, std::size_t items, const StageFailure& failure);
  void tell_progress();
  void tell_foreign_files(const std::vector<std::string>& removed);

  PipelineSurvey& survey_;
  const Stage& stage_;
  const std::string scratch_;
  RunJournal& journal_;
  Progress& progress_;
  StageDecision decision_;
  StageRun run_;
  EachPlan plan_;
  ObjectId key_of_items_;
  std::optional<EachJournal> ended_items_;
  std::unique_ptr<Ingest> ingest_;  // of outputs as they come; of its own, for a signal may cut it short
  std::vector<EachJob> jobs_;
  std::vector<std::size_t> attempts_;               // by job, that failed
  std::vector<std::size_t> ended_;                  // jobs, not written down yet
  std::size_t to_run_ = 0, done_ = 0, failed_ = 0;  // items
  std::size_t next_ = 0, running_ = 0;              // jobs
  bool was_stopped_ = false;
  StageFailure first_failure_;
  std::optional<StageFailure> spoilt_;  // what all items read is not what it was
  bool is_sandboxed_ = stage_.execution.sandbox;
  std::optional<EachSandboxes> sandboxes_;
  Trace trace_ = stage_.execution.trace;
  std::optional<EachTrace> watched_;
  std::optional<StageTrace> found_;
  CommandOutcome total_;
  Clock::time_point started_, settled_, told_;
  Clock::duration settling_{};  // how long that took last
};

}  // namespace dvx
