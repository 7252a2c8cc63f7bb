// Opening what must be a regular file. A repository or a store that a stranger wrote may have a named pipe,
// a device or a link to one where a file is expected; opening those would wait, and reading them would not
// end.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace dvx {

// Whether the last component of the path may be a symlink.
enum class LastLink { Follow, Refuse };

struct RegularFile {
  UniqueFd fd;  // for reading
  struct ::stat stat {};

  std::uint64_t size() const { return static_cast<std::uint64_t>(stat.st_size); }
};

// Errors of the system as open_file() throws them; an Error of `kind` that says what stands there when it is
// no regular file. Never waits.
RegularFile open_regular_file(const std::string& path, LastLink link, ErrorKind kind);

// For files of a store: no link is opened, and anything but a file is Corruption.
inline RegularFile open_stored_file(const std::string& path) {
  return open_regular_file(path, LastLink::Refuse, ErrorKind::Corruption);
}

}  // namespace dvx
