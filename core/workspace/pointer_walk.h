// Finding the pointer files of a work tree.
#pragma once

#include <string>
#include <vector>

namespace dvx {

// What to do about a directory that may not be read: there is no pointer file of ours in it, or nobody knows.
enum class Unreadable { IsPassedOver, Fails };

// Paths from `root` of every pointer file, sorted. Directories that git or dvx ignores are not entered, nor
// are other repositories inside (submodules, nested clones).
std::vector<std::string> find_pointer_files(const std::string& root,
                                            Unreadable unreadable = Unreadable::IsPassedOver);

}  // namespace dvx
