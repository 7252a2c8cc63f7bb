#include "base/thread_pool.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <functional>
#include <latch>
#include <stdexcept>

namespace dvx {
namespace {

// The kernel gives this process no thread from here on, as where a limit on processes is reached.
void allow_no_threads() {
  std::array<sock_filter, 5> program = {{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),  // the number of the call
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  }};
  sock_fprog filter{program.size(), program.data()};
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, 2, &filter) != 0) ::_exit(99);
}

// The exit status of a process that does this without threads.
template <typename Work>
int status_without_threads(Work work) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    allow_no_threads();
    ::_exit(work());
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(ThreadPool, DoesTheWorkItselfWhereNoThreadCanBeHad) {
  const int ran = status_without_threads([] {
    int count = 0;
    ThreadPool pool(4, 2);
    for (int i = 0; i < 50; ++i) pool.submit([&count] { ++count; });
    pool.wait();
    return count;
  });
  EXPECT_EQ(ran, 50);
}

TEST(ThreadPool, WithoutThreadsRunsTasksOfTasksHoweverDeeply) {
  const int ran = status_without_threads([] {
    int count = 0;
    ThreadPool pool(4, 2);
    std::function<void()> task = [&] {
      if (++count < 200) pool.submit(task);
    };
    pool.submit(task);
    pool.wait();
    return count;
  });
  EXPECT_EQ(ran, 200);
}

TEST(ThreadPool, WithoutThreadsHandsOverAFailureToo) {
  const int failed = status_without_threads([] {
    ThreadPool pool(2);
    pool.submit([] { throw std::runtime_error("first"); });
    try {
      pool.wait();
    } catch (const std::runtime_error&) {
      return 1;
    }
    return 0;
  });
  EXPECT_EQ(failed, 1);
}

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
