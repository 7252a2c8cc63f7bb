#include "core/git/busy_git.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

using std::chrono_literals::operator""ms;

class BusyGitTest : public testing::Test {
 protected:
  TemporaryDirectory directory{testing::TempDir()};
  const std::string lock = join_path(directory.path(), "index.lock");
};

TEST_F(BusyGitTest, IsNotWaitedForWhenThereIsNone) {
  EXPECT_EQ(BusyGit({lock}, 0ms).wait(), std::nullopt);
}

TEST_F(BusyGitTest, IsGivenUpAfterThePatience) {
  write_file_atomically(lock, "");
  EXPECT_EQ(BusyGit({lock}, 20ms).wait(), lock);
  EXPECT_TRUE(exists(lock));
}

TEST_F(BusyGitTest, IsLookedAtAgainWhileItIsWaitedFor) {
  write_file_atomically(lock, "");
  EXPECT_EQ(BusyGit({lock}, 10'000ms, [&] { remove_tree(lock); }).wait(), std::nullopt);
}

TEST_F(BusyGitTest, IsKnownByItsLockInWhatGitSays) {
  const BusyGit git({lock}, 0ms);
  EXPECT_TRUE(git.is_named_in("fatal: Unable to create '/home/ada/.git/index.lock': File exists."));
  EXPECT_FALSE(git.is_named_in("fatal: pathspec 'x' did not match any files"));
}

}  // namespace
}  // namespace dvx
