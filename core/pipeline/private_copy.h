// Files of an output that a command may write into.
#pragma once

#include <string>

namespace dvx {

// Replaces, at and below `path`, every file that shares its inode with another name and every symlink into
// `store_directory` by a writable copy of its own. Where core.link is hardlink or symlink, a command that
// appends to an output that persists would else write into the store. Absent is fine.
void make_private(const std::string& path, const std::string& store_directory);

}  // namespace dvx
