// Opens a path that must be a regular file. A repository or a store that a stranger wrote may have a named
// pipe, a device or a link to one where a file is expected. Opening those could block, and reading them might
// never end.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"

namespace dvx {

// Says whether the last component of the path may be a symbolic link.
enum class LastLink { Follow, Refuse };

struct RegularFile {
  // The descriptor is open for reading.
  UniqueFd fd;
  struct ::stat stat {};

  std::uint64_t size() const { return static_cast<std::uint64_t>(stat.st_size); }
};

// Never blocks. Throws the same errors as open_file(). When the path names something other than a regular
// file, it throws an Error of `kind` that says what is there.
RegularFile open_regular_file(const std::string& path, LastLink link, ErrorKind kind);

// Opens a file of a store. It follows no link, and anything other than a regular file is Error{Corruption}.
inline RegularFile open_stored_file(const std::string& path) {
  return open_regular_file(path, LastLink::Refuse, ErrorKind::Corruption);
}

}  // namespace dvx
