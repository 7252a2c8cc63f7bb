// A thread if the system has one to give. A limit on processes (`ulimit -u`, pids of a container) or on
// memory is no reason to fail: what a thread was for can be done by the caller as well, more slowly.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

namespace dvx {

// One that is not joinable when none can be started.
template <typename Work>
std::jthread start_thread_if_possible(Work&& work) {
  try {
    return std::jthread(std::forward<Work>(work));
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace dvx
