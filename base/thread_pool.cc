#include "base/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <utility>

#include "base/thread_start.h"

namespace dvx {

std::size_t default_thread_count() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1U, std::thread::hardware_concurrency());
}

ThreadPool::ThreadPool(std::size_t threads, std::size_t queue_limit)
    : limit_(std::max<std::size_t>(1, threads)), queue_limit_(std::max<std::size_t>(1, queue_limit)) {}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
}

void ThreadPool::submit(std::function<void()> task) {
  std::unique_lock lock(mutex_);
  if (!threads_.empty()) space_.wait(lock, [this] { return queue_.size() < queue_limit_; });
  const bool are_enough = threads_.size() > busy_ + queue_.size();
  if (!are_enough && threads_.size() < limit_ && !closing_) {
    std::jthread thread = start_thread_if_possible([this] { run(); });
    if (thread.joinable()) threads_.push_back(std::move(thread));
  }
  queue_.push_back(std::move(task));
  if (threads_.empty()) return run_without_threads(lock);
  lock.unlock();
  wake_.notify_one();
}

// Runs the queued tasks at once, since the caller may be about to wait for the result of one. A task that
// submits another runs it through first. At a nesting of kMostNested the new task stays queued instead, so
// that the stack stays bounded.
void ThreadPool::run_without_threads(std::unique_lock<std::mutex>& lock) {
  constexpr std::size_t kMostNested = 32;
  if (nested_ == kMostNested) return;
  ++nested_;
  ++busy_;
  while (!queue_.empty()) {
    const std::exception_ptr failure = run_one(lock);
    if (failure && !failure_) failure_ = failure;
  }
  --nested_;
  --busy_;
  if (queue_.empty() && busy_ == 0) idle_.notify_all();
}

void ThreadPool::wait() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return queue_.empty() && busy_ == 0; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

// Takes a task from the queue and runs it while the lock is released.
std::exception_ptr ThreadPool::run_one(std::unique_lock<std::mutex>& lock) {
  std::function<void()> task = std::move(queue_.front());
  queue_.pop_front();
  lock.unlock();
  space_.notify_one();
  std::exception_ptr failure;
  try {
    task();
  } catch (...) {
    failure = std::current_exception();
  }
  // The captured values must be destroyed while the lock is not held.
  task = nullptr;
  lock.lock();
  return failure;
}

void ThreadPool::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    if (queue_.empty()) return;
    ++busy_;
    const std::exception_ptr failure = run_one(lock);
    if (failure && !failure_) failure_ = failure;
    --busy_;
    if (queue_.empty() && busy_ == 0) idle_.notify_all();
  }
}

}  // namespace dvx
