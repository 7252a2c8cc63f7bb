// How jobs are given to Slurm: the keys `slurm.*` of the settings (docs/config.md).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

struct SlurmSettings {
  std::string account, partition;             // "" leaves them to the cluster
  std::vector<std::string> options;           // of sbatch, behind those of dvx and so stronger
  std::string executable;                     // dvx, as the nodes find it
  std::chrono::milliseconds poll{2000};       // between two looks at the files of jobs
  std::chrono::milliseconds patience{60000};  // until what another machine wrote must be seen here
};

// Error{Config} for a value that cannot be read.
SlurmSettings slurm_settings(Repository& repository);

// "--qos=long --comment='two words'" as words: apart by spaces, quotes keep together. nullopt when a quote is
// not closed.
std::optional<std::vector<std::string>> split_words(std::string_view text);

}  // namespace dvx
