// The state of the pipeline for `dvx status`: which stages are stale, and why. Takes no lock and runs
// nothing.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/plan.h"
#include "core/repo/repository.h"
#include "core/workspace/project_files.h"

namespace dvx {

struct StageState {
  std::string name;
  StageAction action = StageAction::UpToDate;  // what repro would do
  std::vector<StaleReason> reasons;            // empty when up to date; describe() makes a line of each
  bool has_failed = false;                     // when it last ran; it would be run again
  std::vector<Unasked> unasked = {};           // what this takes for granted
};

// In the order in which stages would run. Empty when there is no dvx.yaml.
std::vector<StageState> pipeline_state(Repository& repository, Progress& progress);
// With the files that a walk has found.
std::vector<StageState> pipeline_state(Repository& repository, const ProjectFiles& files, Progress& progress);

}  // namespace dvx
