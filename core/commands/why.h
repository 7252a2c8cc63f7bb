// dvx why: what makes a stage stale, down to the file inside of a directory, or since when it is up to date.
// And the other way, why it does not run or did not: all that is as it was, and what stands before it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/plan.h"
#include "core/repo/repository.h"
#include "core/workspace/tree_diff.h"

namespace dvx {

enum class WhyQuestion { Stale, NotRun };

struct WhyOptions {
  std::vector<std::string> targets;  // stage names or outputs as the user typed them; none means every stage
  WhyQuestion question = WhyQuestion::Stale;
};

// A stage before, that ran after the one in question and made what was there.
struct MadeAgain {
  std::string stage;
  ObjectId run;
};

struct FailedBefore {
  std::string stage;  // itself, or one that it needs
  std::int64_t failed_ns = 0;
};

struct StageWhy {
  std::string stage;
  StageAction action = StageAction::UpToDate;
  std::vector<StaleReason> reasons;
  std::vector<Unasked> unasked;  // what this takes for granted
  // Of each dependency that is a directory and differs: its files that do. Absent when the old state is not
  // known.
  std::map<std::string, std::vector<FileChange>> files;
  std::optional<EachPlan> items;         // of a stage with `each` that would run
  std::optional<ObjectId> last_run;      // that dvx.lock names
  std::int64_t last_started_ns = 0;      // 0: its record is not in the store
  std::optional<ObjectId> restores_run;  // with StageAction::Restore
  // Of WhyQuestion::NotRun.
  std::vector<StaleReason> same;                // what is as it was (same_input.h); when it need not run
  std::map<std::string, MadeAgain> made_again;  // by dependency
  std::vector<FailedBefore> failed;             // since its last run; when it is to run
};

struct WhyReport {
  std::vector<StageWhy> stages;    // that were asked for, in the order in which they would run
  std::vector<StageWhy> upstream;  // stale stages that those need, in the same order
};

WhyReport why(Repository& repository, const WhyOptions& options, Progress& progress);

}  // namespace dvx
