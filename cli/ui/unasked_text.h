// The lines after the output of a command that name the tools and servers which the command did not ask
// (core/pipeline/unasked.h).
#pragma once

#include <vector>

#include "cli/ui/shown.h"
#include "core/pipeline/unasked.h"

namespace dvx {

// Returns a heading and one line for each such tool or server of all these stages, or nothing when there is
// none.
Shown unasked_lines(const std::vector<std::vector<Unasked>>& by_stage);

}  // namespace dvx
