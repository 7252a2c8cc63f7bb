// What lies in the work tree against git's index, as far as lstat tells.
#pragma once

#include <string>

#include "core/git/git_handle.h"

namespace dvx {

// Whether each file of the index lies there as git last saw it. False too when that cannot be told without
// reading one, as for a file that is as young as the index. libgit2's own comparison visits every file that
// lies beside those of the index, and goes through all the rules of .gitignore for each.
bool lie_as_indexed(git_index* index, const std::string& work_tree);

// The same of one file, which the index has: `git add` would leave the index as it is.
bool lies_as_indexed(git_index* index, const std::string& work_tree, const std::string& path);

}  // namespace dvx
