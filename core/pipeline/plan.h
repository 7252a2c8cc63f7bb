// What repro would do and why, as a value. Nothing here reads the disk or changes anything: facts come in,
// decisions go out, and the executor decides nothing of its own.
//
// A stage can be decided for good once its inputs are known. decide_stage() does that for one stage, and is
// what the executor asks again and again (so that a stage whose inputs came out identical is not run).
// make_plan() does it for all stages at once, before anything ran: where an input is still to be made it says
// Run with an Upstream reason.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/error.h"
#include "core/formats/lock_file.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/formats/run_record.h"
#include "core/formats/text/json_value.h"
#include "core/pipeline/each_plan.h"
#include "core/pipeline/stale_reason.h"
#include "core/pipeline/unasked.h"

namespace dvx {

enum class StageAction { UpToDate, Restore, Run, Frozen, Blocked };
std::string_view action_name(StageAction action);  // in JSON: "up-to-date", "restore", …

enum class Force { No, Yes };  // Yes: run even what is up to date, and do not look into the run cache

// Forced: what comes after a stage that runs or is restored is run too, whatever that one makes.
enum class Downstream { AsNeeded, Forced };

// Content of paths in the workspace, by path from the root; nullopt: nothing is there.
using Contents = std::map<std::string, std::optional<DataRef>>;

// A run whose outputs can be had without running: all of them are in the store, or in the workspace already.
struct CachedRun {
  ObjectId id;
  std::vector<RunOutput> outs;
  std::string remote = {};  // that some of it came from just now
};

// What is asked only when it matters, since it reads records.
struct RunLookup {
  std::function<std::optional<CachedRun>(const Stage&, const ObjectId& key, const Contents&)> restorable;
  // Key fields the stage last ran with, for reasons.
  std::function<nlohmann::json(const LockedStage&, const nlohmann::json& now)> last_key;
};

struct StageFacts {
  const Stage* stage = nullptr;
  const LockedStage* locked = nullptr;  // null: it never ran
  Contents contents;                    // of its dependencies and outputs
  JsonValue params;
  std::map<std::string, std::string> tools, urls;
  std::vector<Unasked> unasked;                      // of those: what the lock has stands for them
  std::map<std::string, std::string> needed_stages;  // stage_result() of those that have run
  std::map<std::string, std::string> imports;        // path → key_content() of code that it does not name
  std::vector<std::string> awaited_imports;          // paths that stages before it make and it may import
  bool has_failed = false;                           // when it last ran
  Force force = Force::No;
  std::string forced_after;  // a stage before it that ran, with Downstream::Forced; else ""
  // When data may be missing: what dependencies that are not there would be, as far as that is known.
  std::optional<Contents> absent;
  // Why what it reads cannot be read, or what else keeps this stage alone from running.
  std::optional<Error> fault;
};

struct StageDecision {
  StageAction action = StageAction::UpToDate;
  std::vector<StaleReason> reasons;   // empty when up to date
  JsonValue key_fields;               // null when blocked or frozen
  ObjectId key;                       // of key_fields
  std::optional<CachedRun> cached;    // with Restore
  std::optional<Error> fault = {};    // with Blocked, unless an input is just not there
  std::vector<Unasked> unasked = {};  // what the decision takes for granted
};

StageDecision decide_stage(const StageFacts& facts, const RunLookup& lookup);

struct PlannedStage {
  std::string name;
  StageDecision decision;
  std::optional<EachPlan> items = {};  // of a stage with `each` that would run; see each_survey.h
};

struct Plan {
  std::vector<PlannedStage> stages;  // in the order in which they would run
};

struct PlanStage {
  StageFacts facts;
  std::vector<std::size_t>
      upstream;  // positions in PlanInput::stages of the stages it needs; all are smaller
};

struct PlanInput {
  std::vector<PlanStage> stages;
  RunLookup lookup;
  Downstream downstream = Downstream::AsNeeded;
};

Plan make_plan(const PlanInput& input);

}  // namespace dvx
