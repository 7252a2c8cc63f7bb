#include "core/commands/stages.h"

#include <set>
#include <utility>

#include "core/execution/slurm/job_directory.h"
#include "core/pipeline/survey.h"
#include "core/runs/failed_log.h"
#include "core/runs/stage_claims.h"

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

// Who is at work on stages just now: other dvx here, and jobs of a cluster.
class StagesAtWork {
 public:
  explicit StagesAtWork(Repository& repository)
      : repository_(repository), has_jobs_(JobDirectory::are_there(repository)) {
    if (StageClaims::were_made(repository)) claims_.emplace(repository);
  }

  bool include(const std::string& stage) const {
    if (claims_ && claims_->holder_of(stage)) return true;
    if (!has_jobs_) return false;
    const JobDirectory job(repository_, stage);
    const auto description = job.description();
    return description && job.claim() && !job.is_recorded() && !job.is_cancelled() &&
           !job.result(description->id);
  }

 private:
  Repository& repository_;
  const bool has_jobs_;
  std::optional<StageClaims> claims_;
};

StageSummary summary(PipelineSurvey& survey, const StagesAtWork& at_work, PlannedStage planned) {
  StageSummary stage{.name = std::move(planned.name), .reasons = {}, .last = {}};
  const LockedStage* locked = survey.locked(stage.name);
  stage.state = state_of(planned.decision, locked);
  stage.reasons = std::move(planned.decision.reasons);
  stage.unasked = std::move(planned.decision.unasked);
  const bool would_run = stage.state == StageCondition::Stale || stage.state == StageCondition::NeverRun;
  if (const auto log = would_run ? find_failed_log(survey.repository(), stage.name) : std::nullopt) {
    stage.state = StageCondition::Failed;
    stage.failed_ns = log->failed_ns;
  }
  if (at_work.include(stage.name)) stage.state = StageCondition::Running;
  const auto record = locked == nullptr ? std::nullopt : survey.record(locked->run);
  if (record && record->was_run()) {
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
    case StageCondition::Running:
      return "running";
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
  const StagesAtWork at_work(repository);
  for (PlannedStage& planned : survey.plan(needed, Force::No).stages) {
    if (names.contains(planned.name)) report.stages.push_back(summary(survey, at_work, std::move(planned)));
  }
  return report;
}

}  // namespace dvx
