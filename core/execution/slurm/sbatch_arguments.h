// A stage as arguments of sbatch. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/execution/slurm/slurm_settings.h"
#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

struct SbatchRequest {
  const Stage* stage = nullptr;
  std::string id;                   // of this submission; becomes the job's comment, by which it is found
  std::string output_file;          // absolute: what dvx itself and Slurm have to say of the job
  std::string directory;            // absolute: where the job starts
  std::vector<std::string> after;   // Slurm's ids of jobs that must have succeeded before
  std::vector<std::string> beside;  // ids of jobs that must have ended before: they share a mutex with it
  std::size_t array = 0;            // so many tasks, numbered from 0; 0: no job array
};

// Without the program's name; the script comes by standard input.
std::vector<std::string> sbatch_arguments(const SbatchRequest& request, const SlurmSettings& settings);

// "1-02:03:00", as Slurm writes times; it counts whole minutes, so they are rounded up.
std::string slurm_time(std::chrono::milliseconds time);

}  // namespace dvx
