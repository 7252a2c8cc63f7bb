// The environment from which commands of a job get theirs (stage_environment.h): what the dvx that submitted
// passes on, but for what belongs to the node: its temporary directory, and the GPUs that Slurm gave to the
// job. Nothing else of Slurm's.
#pragma once

#include <map>
#include <string>

#include "core/execution/slurm/job_description.h"

namespace dvx {

// What is passed on. `process`: of the job.
std::map<std::string, std::string> job_environment(const JobDescription& job,
                                                   const std::map<std::string, std::string>& process);

// Which GPUs the job has, when its stage asks for some. As on one machine, which ones they are does not
// belong to the key.
std::map<std::string, std::string> gpu_environment(const JobDescription& job,
                                                   const std::map<std::string, std::string>& process);

}  // namespace dvx
