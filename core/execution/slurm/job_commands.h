// Runs commands inside of a job: a signal to the job, by which Slurm announces its end, ends them and counts
// as a stop, whether it reached them or dvx first.
#pragma once

#include "core/execution/stage/command_runner.h"

namespace dvx {

CommandOutcome run_in_job(CommandJob job);

// Ended for a signal to the job, not for its own timeout.
inline bool was_stopped(const CommandOutcome& outcome) {
  return outcome.stopped && !outcome.overdue;
}

}  // namespace dvx
