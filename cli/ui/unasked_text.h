// The lines behind a command's own answer that name the tools and servers it did not ask
// (core/pipeline/unasked.h).
#pragma once

#include <vector>

#include "cli/ui/shown.h"
#include "core/pipeline/unasked.h"

namespace dvx {

// One line for each thing of all these stages, after a heading; empty when there is none.
Shown unasked_lines(const std::vector<std::vector<Unasked>>& by_stage);

}  // namespace dvx
