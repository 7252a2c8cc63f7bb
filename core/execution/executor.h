// Carries a pipeline out: each stage is decided on when its inputs are known, and then left alone, restored
// from the run cache, or run through a CommandRunner, several at once as the graph allows.
//
// Only commands run in other threads; whatever touches the repository happens in the caller's. What a stage
// made is recorded when it has run (run_journal.h), so an interrupt loses at most the stages that were
// running.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/execution/stage/command_runner.h"
#include "core/execution/trace/trace_findings.h"
#include "core/pipeline/plan.h"
#include "core/pipeline/survey.h"
#include "core/schema/schema.h"

namespace dvx {

enum class OnFailure {
  Stop,
  KeepGoing
};  // Stop: start nothing new; KeepGoing: what does not need the failed stage

enum class Sandboxes { AsDeclared, EveryStage };

// What is made of jobs on a cluster that an earlier dvx submitted. Attach: their results are this one's;
// Precede: they are recorded first, and what is stale then is run.
enum class EarlierJobs { Precede, Attach };

struct ExecuteOptions {
  std::size_t jobs = 1;  // stages that run at once
  Force force = Force::No;
  OnFailure on_failure = OnFailure::Stop;
  Trace trace = Trace::Off;  // at least; a stage may ask for more
  Sandboxes sandboxes = Sandboxes::AsDeclared;
  Downstream downstream = Downstream::AsNeeded;
  std::string executor = {};  // of all stages: "local", "slurm"; "" leaves it to each
  EarlierJobs earlier_jobs = EarlierJobs::Precede;
};

enum class StageOutcome { UpToDate, Restored, Ran, Frozen, Failed, Skipped };
std::string_view outcome_name(StageOutcome outcome);  // in JSON: "up-to-date", "restored", …

struct StageResult {
  std::string stage;
  StageOutcome outcome = StageOutcome::Skipped;
  std::vector<StaleReason> reasons;         // why it was run or restored
  std::optional<ObjectId> run;              // the record that its lock entry names now
  std::string remote;                       // what was restored came from there
  std::string message, hint;                // of a failure; or which stage it was skipped for
  std::vector<SchemaViolation> violations;  // of a failure
  std::optional<StageTrace> trace;          // of a run that was watched
  double seconds = 0;                       // its commands took
  bool outputs_unchanged = false;           // it ran and made what was there before
  std::optional<RunItems> items;            // of a stage that was run per input
};

struct Execution {
  std::vector<StageResult> stages;  // as selected
  bool lock_written = false;
  std::set<std::string> ignore_files;  // .gitignore files that got a line for an output
};

// `selected` is in an order in which each stage comes after those it needs. Throws Interrupted after a
// signal, when nothing runs any more, and Error for what is wrong with the machine; the lock file then has
// what was finished.
Execution execute(PipelineSurvey& survey, const std::vector<std::size_t>& selected,
                  const ExecuteOptions& options, CommandRunner& runner, Progress& progress);

}  // namespace dvx
