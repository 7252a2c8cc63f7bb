// What a directory holds, whole: a listing that breaks off in the middle is an Error, never a shorter
// listing.
#pragma once

#include <string>
#include <vector>

namespace dvx {

struct DirectoryEntry {
  std::string name;
  unsigned char type = 0;  // d_type of readdir(3): DT_REG, DT_DIR, …, or DT_UNKNOWN
};

// Without "." and "..", in the order of the disk. `fd` stays open; its offset is used up. Error{Io}.
std::vector<DirectoryEntry> list_directory(int fd, const std::string& path_for_errors);
// NotFound when there is none.
std::vector<DirectoryEntry> list_directory(const std::string& path);
// An absent directory has none. Sorted.
std::vector<std::string> names_in_directory(const std::string& path);

}  // namespace dvx
