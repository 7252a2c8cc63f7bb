#include "core/pipeline/state.h"

#include "core/pipeline/survey.h"

namespace dvx {

std::vector<StageState> pipeline_state(Repository& repository, Progress& progress) {
  return pipeline_state(repository, find_project_files(repository), progress);
}

std::vector<StageState> pipeline_state(Repository& repository, const ProjectFiles& files,
                                       Progress& progress) {
  std::vector<StageState> states;
  if (files.pipelines.empty()) return states;
  PipelineSurvey survey(repository, files, progress);
  for (PlannedStage& planned : survey.plan(survey.graph().order(), Force::No).stages) {
    states.push_back({planned.name, planned.decision.action, std::move(planned.decision.reasons),
                      std::move(planned.decision.unasked)});
  }
  return states;
}

}  // namespace dvx
