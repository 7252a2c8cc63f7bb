#include "core/pipeline/state.h"

#include "core/pipeline/survey.h"
#include "core/runs/failed_log.h"

namespace dvx {

std::vector<StageState> pipeline_state(Repository& repository, Progress& progress) {
  return pipeline_state(repository, find_project_files(repository), progress);
}

std::vector<StageState> pipeline_state(Repository& repository, const ProjectFiles& files,
                                       Progress& progress) {
  std::vector<StageState> states;
  if (files.pipelines.empty()) return states;
  const bool may_have_failed = has_failed_logs(repository);
  PipelineSurvey survey(repository, files, progress);
  for (PlannedStage& planned : survey.plan(survey.graph().order(), Force::No).stages) {
    const bool would_run = planned.decision.action == StageAction::Run;
    const bool has_failed = would_run && may_have_failed && find_failed_log(repository, planned.name);
    states.push_back({planned.name, planned.decision.action, std::move(planned.decision.reasons), has_failed,
                      std::move(planned.decision.unasked)});
  }
  return states;
}

}  // namespace dvx
