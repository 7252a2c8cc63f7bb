// Finds out which kind of file system a path lies on, and whether other machines may change it at the same
// time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dvx {

enum class FileSystemReach : std::uint8_t {
  // Only this kernel changes the files, so it sees every change.
  Local,
  // Other machines may change the files unseen, so processes cannot share memory through a file.
  Network,
};

struct FileSystem {
  // For example "ext4", "NFS" or "FUSE (fuse.sshfs)".
  std::string name;
  FileSystemReach reach = FileSystemReach::Local;
};

// Asks statfs(2) about `path`, or about the nearest directory above it that exists. A file system that cannot
// be asked, or that dvx does not know, counts as local; an unknown one is named by its number.
FileSystem file_system_of(const std::string& path);

// Returns the reach of the file system that holds an open file. Any FUSE file system counts as Network.
FileSystemReach reach_of(int fd);

// Looks a file system up by its number in statfs(2). `type` is the type in /proc/self/mountinfo, which is the
// only place that tells FUSE file systems apart.
FileSystem file_system_named(std::uint64_t magic, std::string_view type);

}  // namespace dvx
