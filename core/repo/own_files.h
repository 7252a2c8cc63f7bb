// What in .dvx/ is this clone's own: all but the settings and the ignore file that git shares. A file that
// came with a clone must never pass for one that dvx has made here, be it settings of this clone, a store, a
// lock, or a link that leads elsewhere.
#pragma once

#include <string>

#include "core/git/git_repository.h"

namespace dvx {

// Throws Config, with the command that puts it right, when `.dvx` in `root` is no directory of its own (a
// link), when `.dvx/config` is no regular file, or when git tracks anything else in .dvx. `git` is null
// outside of git, where nothing is tracked. Writes nothing, and reads no file of .dvx.
void refuse_foreign_files(const std::string& root, const GitRepository* git);

}  // namespace dvx
