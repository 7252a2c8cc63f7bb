#include "core/git/git_at_work.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>
#include <memory>

#include "base/directory.h"
#include "base/file.h"
#include "base/path.h"
#include "core/git/dead_locks.h"

namespace dvx {
namespace {

class GitAtWorkTest : public testing::Test {
 protected:
  std::vector<std::string> names() const { return names_in_directory(directory.path()); }

  // A process that begins to work and is killed, as a dvx and its git are by a memory limit.
  void begin_and_die() const {
    const pid_t pid = ::fork();
    if (pid == 0) {
      const GitAtWork work(directory.path());
      ::kill(::getpid(), SIGKILL);
    }
    ASSERT_EQ(::waitpid(pid, nullptr, 0), pid);
  }

  TemporaryDirectory directory{testing::TempDir()};
  const std::string lock = join_path(directory.path(), "index.lock");
  const GitPlaces places{.git_dir = directory.path(), .directories = {directory.path()}, .locks = {lock}};
};

TEST_F(GitAtWorkTest, IsSeenByOthersWhileItLastsAndLeavesNothing) {
  {
    const GitAtWork work(directory.path());
    EXPECT_TRUE(read_git_notes(directory.path()).is_alive);
    EXPECT_EQ(names().size(), 1U);
  }
  EXPECT_FALSE(read_git_notes(directory.path()).is_alive);
  EXPECT_TRUE(names().empty());
}

TEST_F(GitAtWorkTest, IsHeldByItsChildWhenItIsGoneItself) {
  auto work = std::make_unique<GitAtWork>(directory.path());
  const BeforeExec hold = work->hold_in_child();
  const pid_t pid = ::fork();
  if (pid == 0) {
    hold.call(hold.context);
    ::execl("/bin/sleep", "sleep", "60", nullptr);
    ::_exit(127);
  }
  // The note stays, as if this process were killed.
  const std::string note = work->note();
  ASSERT_EQ(::link(note.c_str(), (note + "-kept").c_str()), 0);
  work.reset();
  EXPECT_TRUE(read_git_notes(directory.path()).is_alive);
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  EXPECT_FALSE(read_git_notes(directory.path()).is_alive);
}

TEST_F(GitAtWorkTest, KilledItLetsALockGoThatCameAfterIt) {
  begin_and_die();
  ASSERT_EQ(names().size(), 1U);
  EXPECT_TRUE(read_git_notes(directory.path()).dead_since);
  write_file_atomically(lock, "an index that was being written");
  EXPECT_EQ(remove_dead_locks(places, boot_time()), std::vector<std::string>{lock});
  EXPECT_TRUE(names().empty());
}

TEST_F(GitAtWorkTest, KilledItSaysNothingOfALockThatWasThereBefore) {
  write_file_atomically(lock, "another git's");
  const timespec times[] = {{std::time(nullptr) - 10, 0}, {std::time(nullptr) - 10, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, lock.c_str(), times, 0), 0);
  begin_and_die();
  EXPECT_TRUE(remove_dead_locks(places, boot_time()).empty());
  EXPECT_TRUE(exists(lock));
}

TEST_F(GitAtWorkTest, NoLockIsRemovedWhileAnotherIsAtWork) {
  begin_and_die();
  const GitAtWork other(directory.path());
  write_file_atomically(lock, "the other's");
  EXPECT_TRUE(remove_dead_locks(places, boot_time()).empty());
  EXPECT_TRUE(exists(lock));
}

}  // namespace
}  // namespace dvx
