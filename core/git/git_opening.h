// Opening a git repository, and saying which of git's newer kinds it is when libgit2 cannot read it.
#pragma once

#include <string>

#include "core/git/git_handle.h"

namespace dvx {

// The nearest repository around `path`; null when there is none. Config for a kind that dvx cannot read, and
// for one that belongs to somebody git was not told to trust.
GitRepositoryHandle open_git_around(const std::string& path);
// The repository whose git directory this is.
GitRepositoryHandle open_git_directory(const std::string& git_dir);

}  // namespace dvx
