#include "core/commands/repro.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/commands/missing_input_pull.h"
#include "core/execution/slurm/job_directory.h"
#include "core/execution/slurm/unfinished_run.h"
#include "core/execution/stage/local_runner.h"
#include "core/pipeline/each_survey.h"
#include "core/pipeline/missing_input.h"
#include "core/pipeline/survey.h"
#include "core/share/remote_pull.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

// Next to dvx.lock, so that what git keeps of a result is one commit away. Git's index may be busy: no reason
// to fail a pipeline that has run.
void stage_in_git(Repository& repository, const PipelineSurvey& survey, const Execution& execution,
                  Progress& progress) {
  std::set<std::string> paths = execution.ignore_files;
  paths.insert(kLockFileName);
  for (const StageResult& result : execution.stages) {
    const bool is_recorded = result.outcome == StageOutcome::Ran ||
                             result.outcome == StageOutcome::Restored ||
                             (result.outcome == StageOutcome::Frozen && result.run);
    if (!is_recorded) continue;
    const auto stage = std::ranges::find(survey.stages(), result.stage, &Stage::name);
    for (const StageOutput& out : stage->outs) {
      if (!out.cache) paths.insert(out.path);
    }
  }
  try {
    repository.git().stage({paths.begin(), paths.end()});
  } catch (const Error& error) {
    progress.warning(fmt::format("dvx.lock is not staged: {}", error.message()));
  }
}

// With --keep-going such a stage fails, and those that do not need it run; else nothing does.
void refuse_or_note(PipelineSurvey& survey, const std::vector<StageFault>& faults, OnFailure on_failure) {
  for (const StageFault& fault : faults) {
    if (on_failure == OnFailure::Stop) throw fault.error;
    survey.note_fault(fault.stage, fault.error);
  }
}

void carry_out(PipelineSurvey& survey, const std::vector<std::size_t>& selected,
               const ExecuteOptions& options, CommandRunner* given, Progress& progress, ReproReport& report) {
  LocalRunner local;
  Execution execution = execute(survey, selected, options, given != nullptr ? *given : local, progress);
  if (execution.lock_written) stage_in_git(survey.repository(), survey, execution, progress);
  report.stages = std::move(execution.stages);
}

// Earlier runs that were about nothing else have come to their end with this one.
void finish_earlier_runs(Repository& repository, const ReproReport& report) {
  if (!JobDirectory::are_there(repository)) return;
  const auto was_selected = [&](const std::string& name) {
    return std::ranges::find(report.stages, name, &StageResult::stage) != report.stages.end();
  };
  for (UnfinishedRun& run : UnfinishedRun::take_over(repository)) {
    if (std::ranges::all_of(run.intent().stages, was_selected)) run.finish();
  }
}

std::set<std::string> stages_of(const std::vector<UnfinishedRun>& runs, Repository& repository) {
  std::set<std::string> stages;
  for (const UnfinishedRun& run : runs) stages.insert(run.intent().stages.begin(), run.intent().stages.end());
  for (const JobDirectory& job : JobDirectory::all(repository)) {
    if (!job.is_recorded()) stages.insert(job.description()->stage.name);
  }
  return stages;
}

}  // namespace

std::size_t ReproReport::count(StageOutcome outcome) const {
  return static_cast<std::size_t>(std::ranges::count(stages, outcome, &StageResult::outcome));
}

ReproReport repro(Repository& repository, const ReproOptions& options, Progress& progress) {
  const auto begin = std::chrono::steady_clock::now();
  PipelineSurvey survey(repository, progress);
  const std::vector<std::size_t> selected =
      survey.graph().select(options.targets, repository.cwd(), options.reach, FrozenStages::End);
  survey.look_at(selected);
  std::optional<RemotePull> remotes;
  if (options.pull == PullFirst::Yes) {
    survey.pull_from(remotes.emplace(repository, progress));
    pull_missing_inputs(survey, selected, progress);
  }
  refuse_or_note(survey, partial_input_faults(survey, selected), options.on_failure);
  if (options.missing == Missing::Allowed) {
    survey.allow_missing();
  } else {
    refuse_or_note(survey, missing_input_faults(survey, selected), options.on_failure);
  }
  ReproReport report;
  if (options.mode == ReproMode::DryRun) {
    report.plan = survey.plan(selected, options.force, options.downstream);
    plan_items(survey, report.plan, progress);
  } else {
    carry_out(survey, selected,
              {.jobs = options.jobs,
               .force = options.force,
               .on_failure = options.on_failure,
               .trace = options.trace,
               .sandboxes = options.sandboxes,
               .downstream = options.downstream,
               .executor = options.executor},
              options.runner, progress, report);
    finish_earlier_runs(repository, report);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

ReproReport attach(Repository& repository, const ReproOptions& options, Progress& progress) {
  const auto begin = std::chrono::steady_clock::now();
  if (UnfinishedRun::is_somebody_at_work(repository)) {
    throw Error(ErrorKind::Locked, "another dvx is waiting for the jobs of this repository", "dvx queue");
  }
  std::vector<UnfinishedRun> left = UnfinishedRun::take_over(repository);
  const std::set<std::string> names = stages_of(left, repository);
  ReproReport report;
  if (names.empty()) return report;
  ExecuteOptions execution{.jobs = options.jobs,
                           .force = Force::No,
                           .on_failure = options.on_failure,
                           .earlier_jobs = EarlierJobs::Attach};
  for (const UnfinishedRun& run : left) {
    if (run.intent().keep_going) execution.on_failure = OnFailure::KeepGoing;
    if (!run.intent().executor.empty()) execution.executor = run.intent().executor;
  }
  PipelineSurvey survey(repository, progress);
  std::vector<std::size_t> selected;
  for (const std::size_t stage : survey.graph().order()) {
    if (names.contains(survey.stages()[stage].name)) selected.push_back(stage);
  }
  carry_out(survey, selected, execution, options.runner, progress, report);
  for (UnfinishedRun& run : left) run.finish();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace dvx
