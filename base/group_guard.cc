#include "base/group_guard.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/pipe.h"

namespace dvx {

namespace {

constexpr std::size_t kMostGroups = 4096;  // at once; no machine runs so many stages

// In the forked process, where only async-signal-safe calls are allowed.
[[noreturn]] void watch(int pipe) {
  ::setsid();  // the terminal's signals are for us, not for the guard
  ::dup2(pipe, 0);
  ::close_range(1, ~0U, 0);  // or it would hold open pipes of children that other threads started
  std::array<pid_t, kMostGroups> groups{};
  for (;;) {
    GroupMessage message;
    const ssize_t n = ::read(0, &message, sizeof message);
    if (n < 0 && errno == EINTR) continue;
    if (n != sizeof message) break;
    const auto place = std::find(groups.begin(), groups.end(), message.runs ? 0 : message.group);
    if (place != groups.end()) *place = message.runs ? message.group : 0;
  }
  for (const pid_t group : groups) {
    if (group > 0) ::kill(-group, SIGKILL);
  }
  ::_exit(0);
}

}  // namespace

std::shared_ptr<GroupGuard> GroupGuard::of_this_process() {
  static std::mutex mutex;
  static std::shared_ptr<GroupGuard> guard;
  const std::lock_guard lock(mutex);
  if (!guard || !guard->is_alive()) guard = std::make_shared<GroupGuard>();
  return guard;
}

GroupGuard::GroupGuard() : owner_(::getpid()) {
  Pipe pipe = make_pipe();
  pid_ = ::fork();
  if (pid_ < 0) throw system_error("start", "guard process");
  if (pid_ == 0) watch(pipe.read_end.get());
  pipe_ = std::move(pipe.write_end);
}

// Closing the pipe ends it. Of another process's guard we only have a copy.
GroupGuard::~GroupGuard() {
  pipe_.reset();
  if (::getpid() != owner_) return;
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

bool GroupGuard::is_alive() const {
  return ::getpid() == owner_ && ::waitpid(pid_, nullptr, WNOHANG) == 0;
}

void GroupGuard::release(pid_t group) {
  const GroupMessage message{group, false};
  while (::write(pipe_.get(), &message, sizeof message) < 0 && errno == EINTR) {
  }
}

}  // namespace dvx
