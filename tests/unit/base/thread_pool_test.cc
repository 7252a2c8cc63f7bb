#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <stdexcept>

namespace dvx {
namespace {

TEST(ThreadPool, RunsEverythingThatWasSubmitted) {
  std::atomic<int> sum = 0;
  ThreadPool pool(4, 2);
  for (int i = 1; i <= 1000; ++i) pool.submit([&sum, i] { sum += i; });
  pool.wait();
  EXPECT_EQ(sum, 500500);
}

TEST(ThreadPool, HandsTheFirstFailureToWhoWaitsAndGoesOn) {
  std::atomic<int> ran = 0;
  ThreadPool pool(2);
  pool.submit([] { throw std::runtime_error("first"); });
  for (int i = 0; i < 10; ++i) pool.submit([&ran] { ++ran; });
  EXPECT_THROW(pool.wait(), std::runtime_error);
  EXPECT_EQ(ran, 10);
  pool.wait();
}

TEST(ThreadPool, FinishesItsQueueWhenDropped) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(1);
    for (int i = 0; i < 100; ++i) pool.submit([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 100);
}

TEST(ThreadPool, RunsAsManyAtOnceAsItMay) {
  ThreadPool pool(4);
  std::latch all_there(4);  // none passes before the last is there
  for (int i = 0; i < 4; ++i) pool.submit([&all_there] { all_there.arrive_and_wait(); });
  pool.wait();
}

TEST(ThreadPool, TasksOfOneThatIsDroppedMaySubmitMore) {
  std::atomic<int> ran = 0;
  {
    ThreadPool pool(3);
    for (int i = 0; i < 50; ++i) {
      pool.submit([&] {
        ++ran;
        pool.submit([&ran] { ++ran; });
      });
    }
  }
  EXPECT_EQ(ran, 100);
}

}  // namespace
}  // namespace dvx
