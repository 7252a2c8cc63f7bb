#include "core/execution/slurm/job_environment.h"

namespace dvx {

std::map<std::string, std::string> job_environment(const JobDescription& job,
                                                   const std::map<std::string, std::string>& process) {
  auto passed_on = job.environment;
  passed_on.erase("TMPDIR");
  if (const auto found = process.find("TMPDIR"); found != process.end()) passed_on.insert(*found);
  return passed_on;
}

std::map<std::string, std::string> gpu_environment(const JobDescription& job,
                                                   const std::map<std::string, std::string>& process) {
  std::map<std::string, std::string> environment;
  if (job.stage.demands.gpus == 0) return environment;
  for (const char* name : {"CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "ZE_AFFINITY_MASK"}) {
    if (const auto found = process.find(name); found != process.end()) environment.insert(*found);
  }
  return environment;
}

}  // namespace dvx
