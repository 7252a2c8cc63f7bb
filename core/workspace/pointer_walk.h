// Finding the pointer files of a work tree.
#pragma once

#include <string>
#include <vector>

namespace dvx {

// Paths from `root` of every pointer file, sorted. Directories that git or dvx ignores are not entered, nor
// are other repositories inside (submodules, nested clones).
std::vector<std::string> find_pointer_files(const std::string& root);

}  // namespace dvx
