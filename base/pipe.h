// A pipe whose two ends are closed on exec.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/unique_fd.h"

namespace dvx {

struct Pipe {
  UniqueFd read_end, write_end;
};

inline Pipe make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0) throw system_error("create", "pipe");
  return {UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace dvx
