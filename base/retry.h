// Repeats system calls that a signal interrupted.
#pragma once

#include <cerrno>

namespace dvx {

// Calls `call` until it is no longer interrupted by a signal, and returns its result. A negative result means
// that the call failed and set errno.
template <typename Call>
auto retry_interrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace dvx
