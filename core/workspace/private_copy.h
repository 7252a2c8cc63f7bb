// Files of the workspace that may be written into: copies of their own instead of links into the store.
#pragma once

#include <functional>
#include <string>

namespace dvx {

// Replaces, at and below `path`, every file that shares its inode with another name and every symlink into
// `store_directory` by a writable copy of its own, and calls `on_file` (may be empty) with its absolute path.
// Where core.link is hardlink or symlink, writing into such a file would write into the store. Absent is
// fine. Each file is replaced whole: a kill leaves the link or the copy.
void make_private(const std::string& path, const std::string& store_directory,
                  const std::function<void(const std::string& path)>& on_file = {});

}  // namespace dvx
