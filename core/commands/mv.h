// `dvx mv`: moves tracked data with its pointer file and .gitignore line, and stages that in git.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

struct MvOptions {
  std::string from, to;  // as typed; an existing directory as `to` takes the data under its old name
};

struct MvReport {
  std::string from, to;             // from the root
  bool data_moved = false;          // false: the data is not in the workspace
  std::vector<std::string> stages;  // that still name the old path in dvx.yaml
};

// Refuses before anything is changed: Blocked when `to` exists, is tracked or lies in tracked data. A failed
// move leaves everything as it was; killed in the middle, the bytes are in one of the two places and both are
// tracked.
MvReport mv(Repository& repository, const MvOptions& options, Progress& progress);

}  // namespace dvx
