#include "core/execution/running_stages.h"

#include <utility>

#include "base/interrupt.h"
#include "base/thread_start.h"

namespace dvx {

RunningStages::~RunningStages() {
  stop_ = true;
}

void RunningStages::start(std::size_t token, CommandJob job) {
  job.should_stop = [this] { return stop_ || interrupt_signal() != 0; };
  job.kill_now = [this] { return stop_ || interrupt_count() > 1; };
  const auto carry_out = [this, token, job = std::move(job)] {
    Finished finished{.token = token, .outcome = {}, .failure = {}};
    try {
      finished.outcome = runner_.run(job);
    } catch (...) {
      finished.failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    finished_.push_back(std::move(finished));
    wake_.notify_all();
  };
  // Where no thread can be had its commands are run here and now, and the next stage waits.
  std::jthread thread = start_thread_if_possible(carry_out);
  if (!thread.joinable()) carry_out();
  threads_.emplace(token, std::move(thread));
}

std::optional<RunningStages::Finished> RunningStages::wait_for_next(
    std::optional<std::chrono::nanoseconds> at_most) {
  std::unique_lock lock(mutex_);
  const auto has_ended = [this] { return !finished_.empty(); };
  if (!at_most) {
    wake_.wait(lock, has_ended);
  } else if (!wake_.wait_for(lock, *at_most, has_ended)) {
    return std::nullopt;
  }
  Finished first = std::move(finished_.front());
  finished_.pop_front();
  lock.unlock();
  threads_.erase(first.token);  // joins; the thread is past its last step
  return first;
}

}  // namespace dvx
