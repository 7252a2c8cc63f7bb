// A limited number of threads that take tasks from one bounded queue. A thread is started only when a task
// comes and all existing threads are busy, so an unused pool costs nothing. When the system refuses more
// threads, the existing ones do the work; when there are none at all, submit() runs the task itself.
//
// submit() blocks while the queue is full, so memory stays bounded. The first exception of a task is kept,
// and wait() throws it. Later tasks still run after a failure, so a task that can be skipped must check a
// flag of its own.
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

// Returns the number of threads to use when the user gave none: the number of processors that this process
// may run on.
std::size_t default_thread_count();

class ThreadPool {
 public:
  explicit ThreadPool(std::size_t threads = default_thread_count(), std::size_t queue_limit = 256);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  // Runs the tasks that were submitted and joins the threads. Exceptions are dropped.
  ~ThreadPool();

  // Returns the largest number of threads that the pool may have.
  std::size_t limit() const { return limit_; }
  void submit(std::function<void()> task);
  // Waits until all submitted tasks are done, and throws the first exception.
  void wait();

 private:
  void run();
  void run_without_threads(std::unique_lock<std::mutex>& lock);
  std::exception_ptr run_one(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable wake_, space_, idle_;
  std::deque<std::function<void()>> queue_;
  const std::size_t limit_, queue_limit_;
  std::size_t busy_ = 0;
  // The number of tasks that run without threads, each one within the one before.
  std::size_t nested_ = 0;
  bool closing_ = false;
  std::exception_ptr failure_;
  // This is the last member, so the threads are joined before the other members are destroyed.
  std::vector<std::jthread> threads_;
};

}  // namespace dvx
