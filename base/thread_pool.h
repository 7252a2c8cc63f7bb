// At most so many threads that take tasks from one bounded queue. Each is started when a task comes and all
// that there are have one, so that a pool costs nothing before it is used. Where the system gives no more
// threads those that there are do the work, and without any submit() itself does.
//
// submit() blocks while the queue is full, so memory stays bounded. The first exception of a task is kept and
// thrown by wait(); tasks after it are still run, so a task that can be skipped asks a flag of its own.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace dvx {

// Threads to use when the user did not say: the processors this process may run on.
std::size_t default_thread_count();

class ThreadPool {
 public:
  explicit ThreadPool(std::size_t threads = default_thread_count(), std::size_t queue_limit = 256);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool();  // runs what was submitted, then joins; exceptions are dropped

  std::size_t limit() const { return limit_; }  // how many threads there may be
  void submit(std::function<void()> task);
  void wait();  // until all submitted tasks are done; rethrows

 private:
  void run();
  void run_without_threads(std::unique_lock<std::mutex>& lock);
  std::exception_ptr run_one(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wake_, space_, idle_;
  std::deque<std::function<void()>> queue_;
  const std::size_t limit_, queue_limit_;
  std::size_t busy_ = 0;
  std::size_t nested_ = 0;  // tasks that are run without threads, each within the one before
  bool closing_ = false;
  std::exception_ptr failure_;
  std::vector<std::jthread> threads_;  // last: joined before the rest goes
};

}  // namespace dvx
