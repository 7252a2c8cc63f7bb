// Makes two files of one file system share their extents (FICLONE). Such a copy takes no space until one of
// the files is changed.
#pragma once

#include <string>

namespace dvx {

// Makes the empty file `to_fd` a clone of `from_fd`. Returns false when the file system, or this pair of
// files, does not support it.
bool clone_file(int from_fd, int to_fd);

// Says whether a file of one directory can be cloned into the other. It finds out by trying with two small
// files.
bool reflink_works(const std::string& from_directory, const std::string& to_directory);

}  // namespace dvx
