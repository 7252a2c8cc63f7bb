// dvx why: what makes a stage stale, down to the file inside of a directory, or since when it is up to date.
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

struct WhyOptions {
  std::vector<std::string> targets;  // stage names or outputs as the user typed them; none means every stage
};

struct StageWhy {
  std::string stage;
  StageAction action = StageAction::UpToDate;
  std::vector<StaleReason> reasons;
  // Of each dependency that is a directory and differs: its files that do. Absent when the old state is not
  // known.
  std::map<std::string, std::vector<FileChange>> files;
  std::optional<ObjectId> last_run;      // that dvx.lock names
  std::int64_t last_started_ns = 0;      // 0: its record is not in the store
  std::optional<ObjectId> restores_run;  // with StageAction::Restore
};

struct WhyReport {
  std::vector<StageWhy> stages;    // that were asked for, in the order in which they would run
  std::vector<StageWhy> upstream;  // stale stages that those need, in the same order
};

WhyReport why(Repository& repository, const WhyOptions& options, Progress& progress);

}  // namespace dvx
