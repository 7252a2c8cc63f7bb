// A kernel lock on a file. The kernel releases it when the process ends, so nobody ever has to unlock
// anything by hand.
#pragma once

#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace dvx {

enum class LockMode { Shared, Exclusive };

class FileLock {
 public:
  // Waits until the lock is granted. The file is created when it is absent, and it is never removed.
  static FileLock acquire(const std::string& path, LockMode mode);
  static std::optional<FileLock> try_acquire(const std::string& path, LockMode mode);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace dvx
