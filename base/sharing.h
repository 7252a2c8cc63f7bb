// Directories that several users write to: what is made below one can be used by all of them, whatever the
// umask of who makes it.
//
// A directory says by itself that it is shared: it is setgid, so that new files belong to its group, and the
// group may write. It is enough to heed it once; open_file(), make_directories(), FileLock and all that is
// built on them then do what is needed. Any thread may call these.
#pragma once

#include <cstdint>
#include <string>

namespace dvx {

enum class SharedWith : std::uint8_t {
  Nobody,
  Group,  // members read and write, others have no access
  All,    // and others read
};

// What the directory says; Nobody when it is not there.
SharedWith shared_with(const std::string& directory);
// Makes it say so. False when it is somebody else's.
bool share_directory(const std::string& directory, SharedWith with);

// From now on what this process makes below `directory` gets rights like it, if it is shared.
void heed_sharing(const std::string& directory);

// For those who make files and directories: gives what was just made at `path` its rights, if it lies below a
// directory that is heeded. What belongs to somebody else is left as it is.
void share_new_file(int fd, const std::string& path);
void share_new_directory(const std::string& path);

}  // namespace dvx
