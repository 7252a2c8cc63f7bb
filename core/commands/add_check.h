// Which paths `dvx add` takes: the refusals, each with the command that puts it right.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"
#include "core/workspace/tracked.h"

namespace dvx {

struct AddCandidates {
  std::vector<std::string> paths;  // from the root, each once
  std::vector<std::string>
      unstage;  // those that wait in git's index and are in no commit: git lets go of them
};

// Throws Usage, NotFound or Blocked for the first path that cannot be tracked.
AddCandidates check_add(Repository& repository, const std::vector<std::string>& typed,
                        const std::vector<TrackedPath>& tracked);

}  // namespace dvx
