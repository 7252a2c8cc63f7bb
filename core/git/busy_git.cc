#include "core/git/busy_git.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"

namespace dvx {

namespace {
constexpr std::chrono::milliseconds kPause{10}, kBetweenTidying{250};
}

BusyGit::BusyGit(std::vector<std::string> locks, std::chrono::milliseconds patience,
                 std::function<void()> tidy)
    : locks_(std::move(locks)), tidy_(std::move(tidy)), until_(std::chrono::steady_clock::now() + patience) {}

std::optional<std::string> BusyGit::first_lock() const {
  const auto found = std::ranges::find_if(locks_, [](const std::string& lock) { return exists(lock); });
  return found == locks_.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::string> BusyGit::wait() const {
  auto tidied = std::chrono::steady_clock::now();
  for (;;) {
    auto lock = first_lock();
    if (!lock) return std::nullopt;
    throw_if_interrupted();
    const auto now = std::chrono::steady_clock::now();
    if (now >= until_) return lock;
    if (tidy_ && now - tidied >= kBetweenTidying) {
      tidy_();
      tidied = now;
      continue;
    }
    std::this_thread::sleep_for(kPause);
  }
}

bool BusyGit::is_named_in(const std::string& message) const {
  return std::ranges::any_of(locks_, [&](const std::string& lock) {
    return message.find(std::string(file_name(lock))) != std::string::npos;
  });
}

}  // namespace dvx
