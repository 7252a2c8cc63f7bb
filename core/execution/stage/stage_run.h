// One execution of one stage around its commands: what must hold before, what is checked and recorded after.
//
// The order after the commands (docs/formats/key.md): outputs are hashed and stored, inputs are hashed again,
// schemas are checked, log and run record are stored. All that goes into the caller's session, who makes it
// durable before it is spoken of (run_journal.h). What fails leaves the workspace as the commands left it
// and records nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/progress.h"
#include "core/execution/stage/command_runner.h"
#include "core/execution/stage/stage_sandbox.h"
#include "core/execution/trace/trace_findings.h"
#include "core/formats/lock_file.h"
#include "core/pipeline/plan.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"
#include "core/schema/schema.h"
#include "core/workspace/snapshot.h"
#include "objects/store/ingest.h"

namespace dvx {

struct GitState {
  std::string commit;  // hex, "" before the first commit
  bool dirty = false;
};

// What a run left behind.
struct FinishedRun {
  ObjectId id;
  LockedStage entry;
};

// What was found around the commands of a stage, as a value: one machine finds it and another records it.
struct StageFindings {
  std::int64_t started_ns = 0;
  std::string machine;
  std::vector<LockedPath> outs;    // sorted by path
  std::vector<std::string> trees;  // serialized, of dependencies; the store lacks them
  std::vector<SchemaVerdict> verdicts;
};

class StageRun {
 public:
  // `decision` is Run, so it has the key. `log_file` is the caller's, in a directory that exists.
  StageRun(PipelineSurvey& survey, const Stage& stage, StageDecision decision, std::string log_file);

  // Whatever the stage says. (One that is run per input gets a sandbox for each job, and none from here.)
  void run_in_sandbox() { is_sandboxed_ = true; }
  // Checks schemas of dependencies, removes old outputs, makes their directories.
  std::optional<StageFailure> prepare(Progress& progress);
  CommandJob job(Progress& progress) const;
  std::variant<FinishedRun, StageFailure> finish(const CommandOutcome& outcome, const GitState& git,
                                                 const std::string& executor, Ingest& into,
                                                 Progress& progress);

  // Before job(): what is used and not declared is found, and with Enforce fails the stage.
  void set_trace(Trace trace) { trace_ = trace; }
  // After finish(), of a stage that was traced.
  const std::optional<StageTrace>& trace() const { return found_; }

  // finish() in two halves, for a stage whose commands run on another machine than the dvx that records it.
  // There: outputs are hashed, and not stored.
  std::variant<StageFindings, StageFailure> examine(const CommandOutcome& outcome, Progress& progress);
  // Here, with what the other found: outputs that are no longer what it found fail the stage.
  std::variant<FinishedRun, StageFailure> record_findings(StageFindings findings,
                                                          const CommandOutcome& outcome, const GitState& git,
                                                          const std::string& executor, Ingest& into,
                                                          Progress& progress);

  // What is wrong with how the commands ended; nullopt when nothing is.
  std::optional<StageFailure> failure_of(const CommandOutcome& outcome) const;
  // For the record of a stage that is run per input.
  void set_items(const RunItems& items) { items_ = items; }
  // For a stage that is run per input, while it runs: fails when a file that all inputs share has changed
  // since the stage began.
  std::optional<StageFailure> check_shared_inputs(Progress& progress);
  // For a stage that is run per input, at its end: each input was checked again after its own commands, so
  // the whole directory of inputs need not be read once more.
  void trust_inputs_of_items() { trusts_inputs_of_items_ = true; }

  const Stage& stage() const { return stage_; }
  const std::string& log_file() const { return log_file_; }

 private:
  std::optional<StageFailure> make_sandbox();
  std::optional<StageFailure> check(const CommandOutcome& outcome, Ingest* into, Progress& progress);
  std::optional<StageFailure> check_trace(const CommandOutcome& outcome, Progress& progress);
  // Null: hashed only.
  std::optional<StageFailure> store_outputs(Ingest* into, Progress& progress);
  std::optional<StageFailure> check_inputs_again(Progress& progress);
  std::optional<StageFailure> compare_inputs(const std::vector<LockedPath>& inputs,
                                             const SnapshotOptions& options, Progress& progress);
  bool keep_seen_trees(const ObjectId& id);
  ObjectId record(const CommandOutcome& outcome, const GitState& git, const std::string& executor,
                  Ingest& into);
  std::vector<RunDependency> dependencies();
  LockedStage lock_entry(const ObjectId& run) const;

  PipelineSurvey& survey_;
  const Stage& stage_;
  StageDecision decision_;
  std::string log_file_;
  std::int64_t started_ns_ = 0;
  std::vector<LockedPath> deps_, imports_, outs_;  // sorted by path
  std::vector<std::string> trees_;                 // serialized, of dependencies; the store lacks them
  std::vector<SchemaVerdict> verdicts_;
  std::string machine_;
  Trace trace_ = Trace::Off;
  std::optional<StageTrace> found_;
  bool is_sandboxed_ = stage_.execution.sandbox && !stage_.each;
  std::optional<StageSandbox> sandbox_;
  std::optional<RunItems> items_;
  bool trusts_inputs_of_items_ = false;
};

// The entry of dvx.lock for a stage with these key fields.
LockedStage make_lock_entry(const Stage& stage, const nlohmann::json& key_fields,
                            std::vector<LockedPath> deps, std::vector<LockedPath> outs, const ObjectId& run);

}  // namespace dvx
