// Why a job ended before its time: its node failed, its time or memory was up, somebody cancelled it. Said by
// what Slurm remembers of it for some minutes and by what it printed into the job's output; accounting is not
// asked. Pure.
#pragma once

#include <string>

#include "core/execution/slurm/slurm_client.h"
#include "core/pipeline/stage_failure.h"

namespace dvx {

struct EndedBadly {
  std::string job;                    // Slurm's id
  bool was_stopped = false;           // its result says that a signal came
  const QueuedJob* queued = nullptr;  // null: Slurm no longer knows it
  std::string printed = {};           // the text of `slurm.out`
};

StageFailure job_trouble(const EndedBadly& ended);

}  // namespace dvx
