#include "core/execution/executor.h"

#include "core/execution/pipeline_run.h"

namespace dvx {

std::string_view outcome_name(StageOutcome outcome) {
  switch (outcome) {
    case StageOutcome::UpToDate:
      return "up-to-date";
    case StageOutcome::Restored:
      return "restored";
    case StageOutcome::Ran:
      return "ran";
    case StageOutcome::Frozen:
      return "frozen";
    case StageOutcome::Failed:
      return "failed";
    case StageOutcome::Skipped:
      return "skipped";
  }
  return "unknown";
}

Execution execute(PipelineSurvey& survey, const std::vector<std::size_t>& selected,
                  const ExecuteOptions& options, CommandRunner& runner, Progress& progress) {
  survey.ask_tools_and_servers();
  return PipelineRun(survey, selected, options, runner, progress).run();
}

}  // namespace dvx
