// Kills process groups when this process ends, even when it is killed by SIGKILL.
//
// A separate guard process sleeps on a pipe. It is told of each group before anything of that group runs.
// When our end of the pipe closes, it kills the groups that are left. Unlike PR_SET_PDEATHSIG, this reaches
// grandchildren and does not depend on which of our threads ends. Any thread may use it.
#pragma once

#include <sys/types.h>

#include <memory>

#include "base/unique_fd.h"

namespace dvx {

// The message that goes through the pipe, always as a whole.
struct GroupMessage {
  pid_t group = 0;
  bool runs = false;
};

class GroupGuard {
 public:
  // Returns the guard of this process. The guard is started on first use. It is started again when it was
  // killed, or when this process is a fork of the one that started it.
  static std::shared_ptr<GroupGuard> of_this_process();

  GroupGuard();
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;
  ~GroupGuard();

  // The leader of a new group writes its GroupMessage to this descriptor before it executes anything.
  int announce_fd() const { return pipe_.get(); }
  // Tells the guard that no process of the group is left.
  void release(pid_t group);

 private:
  bool is_alive() const;

  pid_t owner_, pid_;
  UniqueFd pipe_;
};

}  // namespace dvx
