#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"

namespace dvx {

namespace {
// A shared lock can be had on a file that this user may only read.
UniqueFd open_to_lock(const std::string& path, LockMode mode) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd >= 0) return UniqueFd(fd);
  if (mode == LockMode::Shared && (errno == EACCES || errno == EROFS)) return open_file(path, O_RDONLY);
  throw system_error("open", path);
}
}  // namespace

FileLock FileLock::acquire(const std::string& path, LockMode mode) {
  UniqueFd fd = open_to_lock(path, mode);
  while (::flock(fd.get(), mode == LockMode::Shared ? LOCK_SH : LOCK_EX) != 0) {
    if (errno != EINTR) throw system_error("lock", path);
    throw_if_interrupted();
  }
  return FileLock(std::move(fd));
}

std::optional<FileLock> FileLock::try_acquire(const std::string& path, LockMode mode) {
  UniqueFd fd = open_to_lock(path, mode);
  while (::flock(fd.get(), (mode == LockMode::Shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw system_error("lock", path);
  }
  return FileLock(std::move(fd));
}

}  // namespace dvx
