// A stage that is run per input as a job array: each job of its EachRun is a task, whose note says of which
// items it is, so that a dvx that comes back knows what has ended.
#pragma once

#include <optional>
#include <vector>

#include "base/progress.h"
#include "core/execution/slurm/slurm_stages.h"
#include "core/execution/stage/each_run.h"

namespace dvx {

// All jobs of `run`, which so have begun.
JobTasks begin_tasks(EachRun& run);

// The array that begin_tasks() was for has ended, as a whole or in part: what has not failed.
void end_tasks(EachRun& run, const EndedJob& ended, Repository& repository, Progress& progress);

// The same of an array that an earlier dvx submitted, without its EachRun: what ended well enters the journal
// of the stage (each_journal.h), so that a run that begins now does not do it again. Returns what failed.
std::optional<StageFailure> keep_ended_tasks(const EndedJob& ended, const Stage& stage,
                                             PipelineSurvey& survey, Progress& progress);

}  // namespace dvx
