#include "core/commands/stages.h"

#include <set>
#include <utility>

#include "core/pipeline/failed_log.h"
#include "core/pipeline/survey.h"

namespace dvx {

namespace {

StageCondition state_of(const StageDecision& decision, const LockedStage* locked) {
  switch (decision.action) {
    case StageAction::UpToDate:
      return StageCondition::UpToDate;
    case StageAction::Restore:
      return StageCondition::Restorable;
    case StageAction::Frozen:
      return StageCondition::Frozen;
    case StageAction::Blocked:
      return StageCondition::Blocked;
    case StageAction::Run:
      break;
  }
  return locked == nullptr ? StageCondition::NeverRun : StageCondition::Stale;
}

StageSummary summary(PipelineSurvey& survey, PlannedStage planned) {
  StageSummary stage{.name = std::move(planned.name), .reasons = {}, .last = {}};
  const LockedStage* locked = survey.locked(stage.name);
  stage.state = state_of(planned.decision, locked);
  stage.reasons = std::move(planned.decision.reasons);
  const bool would_run = stage.state == StageCondition::Stale || stage.state == StageCondition::NeverRun;
  if (const auto log = would_run ? find_failed_log(survey.repository(), stage.name) : std::nullopt) {
    stage.state = StageCondition::Failed;
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

std::string_view state_name(StageCondition state) {
  switch (state) {
    case StageCondition::UpToDate:
      return "up-to-date";
    case StageCondition::Restorable:
      return "restorable";
    case StageCondition::Stale:
      return "stale";
    case StageCondition::NeverRun:
      return "never-run";
    case StageCondition::Failed:
      return "failed";
    case StageCondition::Blocked:
      return "blocked";
    case StageCondition::Frozen:
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
