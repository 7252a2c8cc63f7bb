#include "core/git/dead_locks.h"

#include <gtest/gtest.h>

#include <ctime>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

class DeadLocks : public testing::Test {
 protected:
  TemporaryDirectory directory{testing::TempDir()};
  const std::string lock = join_path(directory.path(), "index.lock");
};

TEST_F(DeadLocks, RemovesALockOfBeforeTheMachineWasStarted) {
  write_file_atomically(lock, "");
  EXPECT_EQ(remove_dead_locks({lock}, std::time(nullptr) + 60), std::vector<std::string>{lock});
  EXPECT_FALSE(exists(lock));
}

TEST_F(DeadLocks, LeavesALockThatALivingGitMayHold) {
  write_file_atomically(lock, "");
  EXPECT_TRUE(remove_dead_locks({lock}, boot_time()).empty());
  EXPECT_TRUE(exists(lock));
}

TEST_F(DeadLocks, PassesOverWhatIsNotThere) {
  EXPECT_TRUE(remove_dead_locks({lock}, std::time(nullptr) + 60).empty());
}

TEST_F(DeadLocks, TheMachineWasStartedBeforeNow) {
  EXPECT_LT(boot_time(), std::time(nullptr));
  EXPECT_GT(boot_time(), 0);
}

}  // namespace
}  // namespace dvx
