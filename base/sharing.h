// Directories that several users write to. Everything that is made below such a directory gets rights that
// let all of these users work with it, whatever the umask of the user who makes it.
//
// The directory itself records that it is shared: it is setgid, so that new files belong to its group, and
// the group may write. Calling heed_sharing() once is enough; open_file(), make_directories(), FileLock and
// everything built on them then set the rights. Any thread may call these functions.
#pragma once

#include <cstdint>
#include <string>

namespace dvx {

enum class SharedWith : std::uint8_t {
  Nobody,
  // Members of the group read and write, and others have no access.
  Group,
  // Members of the group read and write, and others read.
  All,
};

// Reads the setting from the directory. Returns Nobody when the directory does not exist.
SharedWith shared_with(const std::string& directory);
// Records the setting on the directory. Returns false when that fails, as for a directory that belongs to
// somebody else.
bool share_directory(const std::string& directory, SharedWith with);

// From this call on, files and directories that this process makes below `directory` get matching rights, if
// the directory is shared.
void heed_sharing(const std::string& directory);

// The functions that make files and directories call these two. They give what was just made at `path` its
// rights, if it lies below a directory passed to heed_sharing(). Files of other users are left unchanged.
void share_new_file(int fd, const std::string& path);
void share_new_directory(const std::string& path);

}  // namespace dvx
