// Starts a thread if the system allows it. A limit on processes (`ulimit -u`, the pids limit of a container)
// or on memory is no reason to fail, because the caller can do the work of the thread itself, only more
// slowly.
#pragma once

#include <system_error>
#include <thread>
#include <utility>

namespace dvx {

// Returns a thread that is not joinable when none can be started.
template <typename Work>
std::jthread start_thread_if_possible(Work&& work) {
  try {
    return std::jthread(std::forward<Work>(work));
  } catch (const std::system_error&) {
    return {};
  }
}

}  // namespace dvx
