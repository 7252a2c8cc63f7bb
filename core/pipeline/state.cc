#include "core/pipeline/state.h"

#include "core/pipeline/survey.h"
#include "core/workspace/project_files.h"

namespace dvx {

std::vector<StageState> pipeline_state(Repository& repository, Progress& progress) {
  std::vector<StageState> states;
  if (find_project_files(repository.root()).pipelines.empty()) return states;
  PipelineSurvey survey(repository, progress);
  for (PlannedStage& planned : survey.plan(survey.graph().order(), Force::No).stages) {
    states.push_back({planned.name, planned.decision.action, std::move(planned.decision.reasons)});
  }
  return states;
}

}  // namespace dvx
