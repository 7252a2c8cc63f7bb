// Finding what a user means by a path to data behind a pointer file.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"
#include "core/workspace/tracked.h"

namespace dvx {

// `typed` is the data's path or its pointer's. NotFound when it is not tracked; Blocked, with what to do
// instead of `verb`, when it is an output of a stage or lies inside of tracked data.
TrackedPath find_pointed(const Repository& repository, const std::vector<TrackedPath>& tracked,
                         const std::string& typed, const std::string& verb);

}  // namespace dvx
