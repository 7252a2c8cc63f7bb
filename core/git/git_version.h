// The libgit2 that dvx runs with.
#pragma once

#include <string>

namespace dvx {

std::string libgit2_version();  // "1.5.1"

}  // namespace dvx
