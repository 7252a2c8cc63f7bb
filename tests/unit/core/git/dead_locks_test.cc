#include "core/git/dead_locks.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

class DeadLocks : public testing::Test {
 protected:
  TemporaryDirectory directory{testing::TempDir()};
  const std::string lock = join_path(directory.path(), "index.lock");
  const GitPlaces places{.git_dir = directory.path(), .directories = {directory.path()}, .locks = {lock}};

  void make_old() const {
    const timespec times[] = {{std::time(nullptr) - 10, 0}, {std::time(nullptr) - 10, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, lock.c_str(), times, 0), 0);
  }
};

TEST_F(DeadLocks, RemovesALockOfBeforeTheMachineWasStarted) {
  write_file_atomically(lock, "");
  EXPECT_EQ(remove_dead_locks(places, std::time(nullptr) + 60), std::vector<std::string>{lock});
  EXPECT_FALSE(exists(lock));
}

TEST_F(DeadLocks, LeavesALockThatALivingGitMayHold) {
  write_file_atomically(lock, "");
  EXPECT_TRUE(remove_dead_locks(places, boot_time()).empty());
  EXPECT_TRUE(exists(lock));
}

TEST_F(DeadLocks, RemovesAnEmptyLockThatNobodyHasOpen) {
  write_file_atomically(lock, "");
  make_old();
  EXPECT_EQ(remove_dead_locks(places, boot_time()), std::vector<std::string>{lock});
}

TEST_F(DeadLocks, LeavesAnEmptyLockThatSomebodyHasOpen) {
  write_file_atomically(lock, "");
  const UniqueFd holder = open_file(lock, O_RDWR);
  make_old();
  EXPECT_TRUE(remove_dead_locks(places, boot_time()).empty());
}

TEST_F(DeadLocks, LeavesALockWithContentThatNoNoteExplains) {
  write_file_atomically(lock, "an index that is being written");
  make_old();
  EXPECT_TRUE(remove_dead_locks(places, boot_time()).empty());
}

TEST_F(DeadLocks, PassesOverWhatIsNotThere) {
  EXPECT_TRUE(remove_dead_locks(places, std::time(nullptr) + 60).empty());
}

TEST_F(DeadLocks, TheMachineWasStartedBeforeNow) {
  EXPECT_LT(boot_time(), std::time(nullptr));
  EXPECT_GT(boot_time(), 0);
}

}  // namespace
}  // namespace dvx
