// A kernel lock on a file: it dies with its process, so nothing ever needs unlocking by hand.
#pragma once

#include <optional>
#include <string>

#include "base/unique_fd.h"

namespace dvx {

enum class LockMode { Shared, Exclusive };

class FileLock {
 public:
  // Waits until the lock is had. The file is created when absent and never removed.
  static FileLock acquire(const std::string& path, LockMode mode);
  static std::optional<FileLock> try_acquire(const std::string& path, LockMode mode);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace dvx
