// Sharing extents between two files of one file system (FICLONE): a copy that costs nothing until one is
// changed.
#pragma once

#include <string>

namespace dvx {

// Makes the empty file `to_fd` a clone of `from_fd`; false when the file system, or this pair, cannot.
bool clone_file(int from_fd, int to_fd);

// Whether a file of one directory can be cloned into the other. Tried with two small files, not guessed.
bool reflink_works(const std::string& from_directory, const std::string& to_directory);

}  // namespace dvx
