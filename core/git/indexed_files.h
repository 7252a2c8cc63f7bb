// Compares the files of the work tree with git's index.
#pragma once

#include <string>

#include "core/git/git_handle.h"

namespace dvx {

// Whether each file of the index that is to be checked out lies there with the content that the index has. A
// file is read only when lstat does not settle it. libgit2's own comparison visits every file that lies
// beside those of the index, goes through all the rules of .gitignore for each, and misses what a sparse
// checkout leaves out.
bool lie_as_indexed(git_repository* repository, git_index* index, const std::string& work_tree);

// The same of one file, as far as lstat tells: `git add` would leave the index as it is.
bool lies_as_indexed(git_index* index, const std::string& work_tree, const std::string& path);

}  // namespace dvx
