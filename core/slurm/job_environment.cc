#include "core/slurm/job_environment.h"

#include "core/pipeline/stage_environment.h"

namespace dvx {

std::map<std::string, std::string> job_environment(const JobDescription& job,
                                                   const std::map<std::string, std::string>& process) {
  auto passed_on = job.environment;
  passed_on.erase("TMPDIR");
  const auto pass_on = [&](const char* name) {
    if (const auto found = process.find(name); found != process.end()) passed_on.insert(*found);
  };
  pass_on("TMPDIR");
  auto environment = stage_environment(passed_on, job.stage.env);
  if (job.stage.demands.gpus == 0) return environment;
  // As with GPUs of this machine, which ones they are does not belong to the key.
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK"}) {
    if (const auto found = process.find(name); found != process.end()) environment.insert(*found);
  }
  return environment;
}

}  // namespace dvx
