#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/sharing.h"

namespace dvx {

namespace {
// Names a file system without locks as the cause: NFS without its lock service, or Lustre mounted without -o
// flock. Continuing without locks would lose data.
Error lock_error(const std::string& path) {
  const int why = errno;
  const Error error = system_error("lock", path, why);
  if (why != ENOLCK && why != ENOSYS && why != EOPNOTSUPP) return error;
  return Error(error.kind(), error.message() + ": the file system has no locks",
               "mount it with locks (NFS: lockd or version 4; Lustre: -o flock)", path);
}

// Opens the lock file. A shared lock also works on a file that this user may only read.
UniqueFd open_to_lock(const std::string& path, LockMode mode) {
  const int fd = beneath::open(path, O_RDWR | O_CREAT);
  if (fd >= 0) {
    share_new_file(fd, path);
    return UniqueFd(fd);
  }
  if (mode == LockMode::Shared && (errno == EACCES || errno == EROFS)) return open_file(path, O_RDONLY);
  throw system_error("open", path);
}
}  // namespace

FileLock FileLock::acquire(const std::string& path, LockMode mode) {
  UniqueFd fd = open_to_lock(path, mode);
  while (::flock(fd.get(), mode == LockMode::Shared ? LOCK_SH : LOCK_EX) != 0) {
    if (errno != EINTR) throw lock_error(path);
    throw_if_interrupted();
  }
  return FileLock(std::move(fd));
}

std::optional<FileLock> FileLock::try_acquire(const std::string& path, LockMode mode) {
  UniqueFd fd = open_to_lock(path, mode);
  while (::flock(fd.get(), (mode == LockMode::Shared ? LOCK_SH : LOCK_EX) | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    if (errno != EINTR) throw lock_error(path);
  }
  return FileLock(std::move(fd));
}

}  // namespace dvx
