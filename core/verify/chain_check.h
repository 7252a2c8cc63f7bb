// Verification without running anything: does the chain from what dvx.lock says, over run records and
// objects, down to raw data and git hold together (docs/lineage.md lists the checks).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/unasked.h"
#include "core/repo/repository.h"
#include "core/verify/finding.h"

namespace dvx {

struct ChainReport {
  std::uint64_t stages = 0, runs = 0, objects = 0, bytes = 0;  // checked
  std::vector<Finding> findings;                               // in the order of stages, then of checks
  std::vector<std::string>
      notes;  // what could not be checked and is no fault, such as a commit that is not here
  std::vector<Unasked> unasked;  // tools and servers whose last answer was taken for granted, each once
};

// The stages that `targets` name and all they need, or everything. Reads every object in full.
ChainReport check_chain(Repository& repository, const std::vector<std::string>& targets, Progress& progress);

}  // namespace dvx
