// The environment of commands that run in a job: that of every stage (stage_environment.h), with what the dvx
// that submitted passes on, but for what belongs to the node: its temporary directory, and the GPUs that
// Slurm gave to the job. Nothing else of Slurm's.
#pragma once

#include <map>
#include <string>

#include "core/slurm/job_description.h"

namespace dvx {

// `process`: of the job.
std::map<std::string, std::string> job_environment(const JobDescription& job,
                                                   const std::map<std::string, std::string>& process);

}  // namespace dvx
