#include "core/commands/repro.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/pipeline/local_runner.h"
#include "core/pipeline/missing_input.h"
#include "core/pipeline/survey.h"
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
    if (result.outcome != StageOutcome::Ran && result.outcome != StageOutcome::Restored) continue;
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
  if (options.missing == Missing::Allowed) {
    survey.allow_missing();
  } else {
    refuse_missing_inputs(survey, selected);
  }
  ReproReport report;
  if (options.mode == ReproMode::DryRun) {
    report.plan = survey.plan(selected, options.force, options.downstream);
  } else {
    LocalRunner local;
    CommandRunner& runner = options.runner != nullptr ? *options.runner : local;
    Execution execution = execute(survey, selected,
                                  {.jobs = options.jobs,
                                   .force = options.force,
                                   .on_failure = options.on_failure,
                                   .trace = options.trace,
                                   .sandboxes = options.sandboxes,
                                   .downstream = options.downstream},
                                  runner, progress);
    if (execution.lock_written) stage_in_git(repository, survey, execution, progress);
    report.stages = std::move(execution.stages);
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return report;
}

}  // namespace dvx
