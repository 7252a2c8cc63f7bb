// Where a remote's URL leads when it is a path.
#pragma once

#include <string>

#include "core/repo/repository.h"

namespace dvx {

// The URL as open_backend() takes it: '~' at the beginning of a path is the home directory, a relative path
// is seen from the root. Throws Config for a path that leads into git's work tree, git's own directory or the
// store, through links or not: what is pushed there would be data of the project in turn, and gone with it.
std::string place_of_remote(Repository& repository, const std::string& url);

}  // namespace dvx
