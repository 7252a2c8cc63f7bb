// `dvx unprotect`: makes files that are links into the store files of their own, so that they can be changed
// in place. Only core.link = hardlink or symlink makes such links.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

struct UnprotectReport {
  std::vector<std::string> files;  // from the root, sorted: those that were links
};

// `paths` as typed: tracked data, or files and directories inside of it. NotFound, with nothing changed, for
// what does not exist or is not tracked.
UnprotectReport unprotect(Repository& repository, const std::vector<std::string>& paths, Progress& progress);

}  // namespace dvx
