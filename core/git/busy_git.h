// A git that is at work in the same repository: it shows as a lock file, `index.lock`, that is gone when it
// has ended, and every other git that wants to write meanwhile fails.
#pragma once

#include <chrono>
#include <string>

namespace dvx {

class BusyGit {
 public:
  // What a lock is waited for, by all calls together.
  BusyGit(std::string lock, std::chrono::milliseconds patience);

  // Waits until the lock is gone. False when it is still there after the patience. Interrupted.
  bool wait() const;
  // Whether what a git printed says that this lock stopped it, in whatever language.
  bool is_named_in(const std::string& message) const;

 private:
  std::string lock_;
  std::chrono::steady_clock::time_point until_;
};

}  // namespace dvx
