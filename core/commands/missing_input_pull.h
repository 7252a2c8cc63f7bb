// Inputs of stages that are tracked and not in the workspace, brought there for `dvx repro --pull`.
#pragma once

#include <cstddef>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/survey.h"

namespace dvx {

// Of the selected stages, and what no selected stage will make. What cannot be had is left missing, with a
// warning when its remote could not be asked.
void pull_missing_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected,
                         Progress& progress);

}  // namespace dvx
