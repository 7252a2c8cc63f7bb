#include "base/regular_file.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <string_view>

#include "base/beneath.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

std::string_view kind_of(mode_t mode) {
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  if (S_ISLNK(mode)) return "a symlink";
  return "a directory";
}

Error not_a_file(const std::string& path, ErrorKind kind, mode_t mode) {
  return Error(kind,
               fmt::format("'{}' is {}, and a regular file is expected", display_path(path), kind_of(mode)),
               {}, path);
}

}  // namespace

RegularFile open_regular_file(const std::string& path, LastLink link, ErrorKind kind) {
  const int no_link = link == LastLink::Refuse ? O_NOFOLLOW : 0;
  // O_NONBLOCK opens a pipe without waiting for its other end, and O_NOCTTY keeps a terminal from becoming
  // ours.
  const int fd = beneath::open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | no_link);
  if (fd < 0 && errno == ELOOP && no_link != 0) throw not_a_file(path, kind, S_IFLNK);
  if (fd < 0 && errno == ENXIO) throw not_a_file(path, kind, S_IFSOCK);
  if (fd < 0) throw system_error("open", path);
  RegularFile file{UniqueFd(fd)};
  if (::fstat(fd, &file.stat) != 0) throw system_error("stat", path);
  if (S_ISDIR(file.stat.st_mode) && link == LastLink::Follow) throw system_error("read", path, EISDIR);
  if (!S_ISREG(file.stat.st_mode)) throw not_a_file(path, kind, file.stat.st_mode);
  return file;
}

}  // namespace dvx
