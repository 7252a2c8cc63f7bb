// From paths that a user named to what checkout shall bring there.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"
#include "core/workspace/checkout.h"
#include "core/workspace/tracked.h"

namespace dvx {

// Each of `paths` (from the root) stands for the tracked data it is, holds or lies in; inside of a tracked
// directory for that file or directory alone. No path at all: everything. What git keeps and what was never
// made is left out. Sorted, none within another. NotFound for a path that has nothing to do with tracked
// data.
std::vector<CheckoutTarget> checkout_targets(Repository& repository, const std::vector<TrackedPath>& tracked,
                                             const std::vector<std::string>& paths);

}  // namespace dvx
