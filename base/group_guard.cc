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

// The most groups at one time; no machine runs so many stages.
constexpr std::size_t kMostGroups = 4096;

// Runs in the forked guard process, where only async-signal-safe calls are allowed.
[[noreturn]] void watch(int pipe) {
  // The guard leaves the session, so that signals from the terminal reach only us.
  ::setsid();
  ::dup2(pipe, 0);
  // Without this, the guard would hold open the pipes of children that other threads started.
  ::close_range(1, ~0U, 0);
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

// Closing the pipe ends the guard process. After a fork this object is only a copy, and the process that
// started the guard waits for it.
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
