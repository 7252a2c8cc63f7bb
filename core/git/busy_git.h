// A git that is at work in the same repository: it shows as a lock file, such as `index.lock`, that is gone
// when it has ended, and every other git that wants to write meanwhile fails.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace dvx {

class BusyGit {
 public:
  // The patience is for all calls together. `tidy` is called now and then while locks are waited for: their
  // holder may turn out to be dead.
  BusyGit(std::vector<std::string> locks, std::chrono::milliseconds patience,
          std::function<void()> tidy = {});

  // Waits until all locks are gone. Gives one that is still there after the patience. Interrupted.
  std::optional<std::string> wait() const;
  // Whether what a git printed says that such a lock stopped it, in whatever language.
  bool is_named_in(const std::string& message) const;

 private:
  std::optional<std::string> first_lock() const;

  std::vector<std::string> locks_;
  std::function<void()> tidy_;
  std::chrono::steady_clock::time_point until_;
};

}  // namespace dvx
