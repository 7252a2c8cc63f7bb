// Dependencies that are not there, or not whole, and that nobody will make: found before anything runs.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/pipeline/survey.h"

namespace dvx {

// NotFound for the first dependency or param in order, naming stage and path, with a hint: what gets it from
// the store or a remote, the stage that makes it when that is not selected, or the nearest name.
void refuse_missing_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected);

// Blocked for a dependency whose checkout was cut short.
void refuse_partial_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected);

// Dependencies and params files that are not there and that no selected stage makes. Sorted.
std::vector<std::string> missing_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected);

}  // namespace dvx
