// Which stages began their first run: what lies at their outputs is then of that run, which failed or was
// ended, and not of somebody else. One empty file a stage beside the repository's settings, until the stage
// is recorded for the first time.
#pragma once

#include <string>

#include "core/repo/repository.h"

namespace dvx {

void note_begun(Repository& repository, const std::string& stage);
bool has_begun(Repository& repository, const std::string& stage);
void forget_begun(Repository& repository, const std::string& stage);

}  // namespace dvx
