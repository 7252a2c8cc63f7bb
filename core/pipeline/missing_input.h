// Dependencies that are not there, or not whole, and that nobody will make: found before anything runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/pipeline/survey.h"

namespace dvx {

// Why one stage cannot run.
struct StageFault {
  std::size_t stage = 0;
  Error error;
};

// The first dependency or param of each stage that is not there (NotFound) or cannot be read, in order, with
// a hint: what gets it from the store or a remote, the stage that makes it when that is not selected, or the
// nearest name.
std::vector<StageFault> missing_input_faults(PipelineSurvey& survey,
                                             const std::vector<std::size_t>& selected);

// Blocked, for stages with a dependency whose checkout was cut short.
std::vector<StageFault> partial_input_faults(PipelineSurvey& survey,
                                             const std::vector<std::size_t>& selected);

// Dependencies and params files that are not there and that no selected stage makes. Sorted.
std::vector<std::string> missing_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected);

}  // namespace dvx
