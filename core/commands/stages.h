// dvx stages: the state of each stage, and what its last run took.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/plan.h"
#include "core/repo/repository.h"

namespace dvx {

struct StagesOptions {
  std::vector<std::string> targets;  // stage names or outputs as the user typed them; none means every stage
};

enum class StageCondition { UpToDate, Restorable, Stale, NeverRun, Failed, Blocked, Frozen, Running };
std::string_view state_name(StageCondition state);  // in JSON: "up-to-date", "restorable", …

// Of the run that dvx.lock names.
struct LastRun {
  ObjectId id;
  std::int64_t started_ns = 0;
  double wall_seconds = 0, cpu_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
};

struct StageSummary {
  std::string name;
  StageCondition state = StageCondition::UpToDate;
  std::vector<StaleReason> reasons;
  std::optional<LastRun> last;        // nullopt: it never ran, or its record is not in the store
  std::int64_t failed_ns = 0;         // of Failed: when
  std::vector<Unasked> unasked = {};  // what the state takes for granted
};

struct StagesReport {
  std::vector<StageSummary> stages;  // in the order in which they would run
  std::int64_t now_ns = 0;
};

StagesReport stages(Repository& repository, const StagesOptions& options, Progress& progress);

}  // namespace dvx
