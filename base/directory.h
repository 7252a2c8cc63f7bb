// Listing a directory. A listing is always complete: when reading breaks off in the middle, an Error is
// thrown.
#pragma once

#include <string>
#include <vector>

namespace dvx {

struct DirectoryEntry {
  std::string name;
  // The d_type of readdir(3): DT_REG, DT_DIR, …, or DT_UNKNOWN.
  unsigned char type = 0;
};

// Lists the open directory `fd` without "." and "..", in the order in which the file system returns the
// entries. `fd` stays open, and its read position is at the end afterwards. Throws Error{Io}.
std::vector<DirectoryEntry> list_directory(int fd, const std::string& path_for_errors);
// Does the same for a path. Throws Error{NotFound} when there is no such directory.
std::vector<DirectoryEntry> list_directory(const std::string& path);
// Returns the names in a directory, sorted. When the directory is absent, the result is empty.
std::vector<std::string> names_in_directory(const std::string& path);

}  // namespace dvx
