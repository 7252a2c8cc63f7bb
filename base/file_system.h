// What kind of file system a path lies on, and whether other machines may be at work on it too.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dvx {

enum class FileSystemReach : std::uint8_t {
  Local,    // this kernel alone sees every change
  Network,  // other machines may change it behind our back: memory cannot be shared through a file
};

struct FileSystem {
  std::string name;  // "ext4", "NFS", "FUSE (fuse.sshfs)"
  FileSystemReach reach = FileSystemReach::Local;
};

// By what statfs(2) says of `path`, or of the nearest directory above it that exists. A file system that
// cannot be asked, or that dvx does not know, counts as local and is called by its number.
FileSystem file_system_of(const std::string& path);

// Of an open file. Any FUSE counts as a network.
FileSystemReach reach_of(int fd);

// The same by number; `type` as in /proc/self/mountinfo, which alone tells FUSE file systems apart.
FileSystem file_system_named(std::uint64_t magic, std::string_view type);

}  // namespace dvx
