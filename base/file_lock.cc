#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"

namespace dvx {

FileLock FileLock::acquire(const std::string& path, LockMode mode) {
  UniqueFd fd = open_file(path, O_RDWR | O_CREAT);
  while (::flock(fd.get(), mode == LockMode::Shared ? LOCK_SH : LOCK_EX) != 0) {
    if (errno != EINTR) throw system_error("lock", path);
    throw_if_interrupted();
  }
  return FileLock(std::move(fd));
}

std::optional<FileLock> FileLock::try_acquire(const std::string& path, LockMode mode) {
  UniqueFd fd = open_file(path, O_RDWR | O_CREAT);
  while (::flock(fd.get(), (mode == LockMode::Shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw system_error("lock", path);
  }
  return FileLock(std::move(fd));
}

}  // namespace dvx
