// Process groups that must not outlive us, not even when we are killed by SIGKILL.
//
// One process beside us sleeps on a pipe. It learns of each group before anything of that group runs, and
// when our end of the pipe closes it kills those that are left. Unlike PR_SET_PDEATHSIG this reaches
// grandchildren and does not mind which of our threads ends. Any thread may use it.
#pragma once

#include <sys/types.h>

#include <memory>

#include "base/unique_fd.h"

namespace dvx {

// What goes through the pipe, whole.
struct GroupMessage {
  pid_t group = 0;
  bool runs = false;
};

class GroupGuard {
 public:
  // Started on first use, and again when somebody killed it or we are a fork of who started it.
  static std::shared_ptr<GroupGuard> of_this_process();

  GroupGuard();
  GroupGuard(const GroupGuard&) = delete;
  GroupGuard& operator=(const GroupGuard&) = delete;
  ~GroupGuard();

  // Where the leader of a new group writes its GroupMessage, before it executes anything.
  int announce_fd() const { return pipe_.get(); }
  // Nothing of the group is left.
  void release(pid_t group);

 private:
  bool is_alive() const;

  pid_t owner_, pid_;
  UniqueFd pipe_;
};

}  // namespace dvx
