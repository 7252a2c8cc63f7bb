// System calls that a signal may cut short.
#pragma once

#include <cerrno>

namespace dvx {

// Calls `call` until a signal no longer ends it, and gives what it gave: negative, with errno, when it
// failed.
template <typename Call>
auto retry_interrupted(const Call& call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace dvx
