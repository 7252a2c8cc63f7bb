#include "core/commands/stages.h"

#include <set>
#include <utility>

#include "core/pipeline/failed_log.h"
#include "core/pipeline/survey.h"

namespace dvx {

namespace {

StageState state_of(const StageDecision& decision, const LockedStage* locked) {
  switch (decision.action) {
    case StageAction::UpToDate:
      return StageState::UpToDate;
    case StageAction::Restore:
      return StageState::Restorable;
    case StageAction::Frozen:
      return StageState::Frozen;
    case StageAction::Blocked:
      return StageState::Blocked;
    case StageAction::Run:
      break;
  }
  return locked == nullptr ? StageState::NeverRun : StageState::Stale;
}

StageSummary summary(PipelineSurvey& survey, PlannedStage planned) {
  StageSummary stage{.name = std::move(planned.name), .reasons = {}, .last = {}};
  const LockedStage* locked = survey.locked(stage.name);
  stage.state = state_of(planned.decision, locked);
  stage.reasons = std::move(planned.decision.reasons);
  const bool would_run = stage.state == StageState::Stale || stage.state == StageState::NeverRun;
  if (const auto log = would_run ? find_failed_log(survey.repository(), stage.name) : std::nullopt) {
    stage.state = StageState::Failed;
    stage.failed_ns = log->failed_ns;
  }
  const auto record = locked == nullptr ? std::nullopt : survey.record(locked->run);
  if (record) {
    stage.last = LastRun{.id = locked->run,
                         .started_ns = record->started_ns,
                         .wall_seconds = record->wall_seconds,
                         .cpu_seconds = record->cpu_seconds,
                         .peak_memory_bytes = record->peak_memory_bytes};
  }
  return stage;
}

}  // namespace

std::string_view state_name(StageState state) {
  switch (state) {
    case StageState::UpToDate:
      return "up-to-date";
    case StageState::Restorable:
      return "restorable";
    case StageState::Stale:
      return "stale";
    case StageState::NeverRun:
      return "never-run";
    case StageState::Failed:
      return "failed";
    case StageState::Blocked:
      return "blocked";
    case StageState::Frozen:
      return "frozen";
  }
  return "unknown";
}

StagesReport stages(Repository& repository, const StagesOptions& options, Progress& progress) {
  PipelineSurvey survey(repository, progress);
  const auto asked = survey.graph().select(options.targets, repository.cwd(), Reach::Only);
  const auto needed = survey.graph().select(options.targets, repository.cwd(), Reach::Ancestors);
  std::set<std::string> names;
  for (const std::size_t i : asked) names.insert(survey.stages()[i].name);
  StagesReport report;
  report.now_ns = repository.clock().now_ns();
  for (PlannedStage& planned : survey.plan(needed, Force::No).stages) {
    if (names.contains(planned.name)) report.stages.push_back(summary(survey, std::move(planned)));
  }
  return report;
}

}  // namespace dvx
