#include "core/git/busy_git.h"

#include <thread>
#include <utility>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"

namespace dvx {

namespace {
constexpr std::chrono::milliseconds kPause{10};
}

BusyGit::BusyGit(std::string lock, std::chrono::milliseconds patience)
    : lock_(std::move(lock)), until_(std::chrono::steady_clock::now() + patience) {}

bool BusyGit::wait() const {
  while (exists(lock_)) {
    throw_if_interrupted();
    if (std::chrono::steady_clock::now() >= until_) return false;
    std::this_thread::sleep_for(kPause);
  }
  return true;
}

bool BusyGit::is_named_in(const std::string& message) const {
  return message.find(file_name(lock_)) != std::string::npos;
}

}  // namespace dvx
