// What one element of a job array does on its node: the commands of its tasks, one task after the other. What
// ended is not done again when Slurm starts the element once more.
#pragma once

#include "core/execution/slurm/job_directory.h"
#include "core/execution/slurm/job_run.h"

namespace dvx {

JobExit run_tasks(Repository& repository, const JobOptions& options, const JobDirectory& directory,
                  const JobDescription& job, Progress& progress);

}  // namespace dvx
