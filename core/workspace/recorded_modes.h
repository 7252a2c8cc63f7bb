// Executable bits where the file system keeps none, as git was told by `core.fileMode=false`: a file counts
// as executable when it is recorded so, by a pointer, dvx.lock or git, and what lies in the work tree says
// nothing.
#pragma once

#include <vector>

#include "core/repo/repository.h"
#include "core/workspace/scan.h"

namespace dvx {

bool keeps_modes(Repository& repository);

void take_recorded_modes(Repository& repository, std::vector<ScannedPath>& scanned);

}  // namespace dvx
