// The stages whose commands are running now, a thread each. Dropped, it stops what still runs and waits for
// it.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "core/execution/stage/command_runner.h"

namespace dvx {

class RunningStages {
 public:
  struct Finished {
    std::size_t token = 0;
    CommandOutcome outcome;
    std::exception_ptr failure;  // the runner threw: the disk, or a program that is not there
  };

  explicit RunningStages(CommandRunner& runner) : runner_(runner) {}
  RunningStages(const RunningStages&) = delete;
  RunningStages& operator=(const RunningStages&) = delete;
  ~RunningStages();

  // `token` comes back with the result. A wish to interrupt (base/interrupt.h) stops every command.
  void start(std::size_t token, CommandJob job);
  std::size_t count() const { return threads_.size(); }
  // The next one to end, waited for forever, or nullopt when none did in time. count() is not 0.
  std::optional<Finished> wait_for_next(std::optional<std::chrono::nanoseconds> at_most);
  Finished wait_for_next() { return *wait_for_next(std::nullopt); }

 private:
  CommandRunner& runner_;
  std::atomic<bool> stop_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Finished> finished_;                // under mutex_
  std::map<std::size_t, std::jthread> threads_;  // last: joined before the rest goes
};

}  // namespace dvx
