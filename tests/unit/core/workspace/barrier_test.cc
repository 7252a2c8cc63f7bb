#include "core/workspace/barrier.h"

#include <filesystem>

#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

TEST(Barrier, IsALinkAmongTheDirectoriesAbove) {
  TestRepository test;
  test.write("real/f", "x");
  std::filesystem::create_directory_symlink("real", test.path("via"));
  const Repository repository = test.open();
  const auto barrier = barrier_above(repository, "via/f");
  ASSERT_TRUE(barrier);
  EXPECT_EQ(barrier->kind, Barrier::Kind::Link);
  EXPECT_EQ(barrier->at, "via");
  EXPECT_EQ(barrier->leads_to, "real");
  EXPECT_FALSE(barrier_above(repository, "real/f"));
  EXPECT_FALSE(barrier_above(repository, "via"));
  EXPECT_FALSE(barrier_above(repository, "not/there/yet"));
}

TEST(Barrier, IsAnotherGitRepository) {
  TestRepository test;
  test.git({"init", "-q", "deep/sub"});
  const Repository repository = test.open();
  const auto barrier = barrier_above(repository, "deep/sub/a/f");
  ASSERT_TRUE(barrier);
  EXPECT_EQ(barrier->kind, Barrier::Kind::Repository);
  EXPECT_EQ(barrier->at, "deep/sub");
}

TEST(Barrier, IsASubmoduleThatIsNotCheckedOut) {
  TestRepository test;
  const std::string commit(40, '1');
  test.git({"update-index", "--add", "--cacheinfo", "160000," + commit + ",sub"});
  Repository repository = test.open();
  EXPECT_FALSE(barrier_above(repository, "sub/f"));
  const auto barrier = barrier_above_indexed(repository, "sub/f");
  ASSERT_TRUE(barrier);
  EXPECT_EQ(barrier->at, "sub");
}

TEST(Barrier, IsRefusedWithTheDirectoryToGoTo) {
  TestRepository test;
  test.write("real/f", "x");
  std::filesystem::create_directory_symlink("real", test.path("via"));
  Repository repository = test.open();
  try {
    refuse_barrier_above(repository, "via/f", "'via/f'");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Usage);
    EXPECT_EQ(error.message(), "'via/f' lies behind the link 'via', which leads to 'real'");
    EXPECT_EQ(error.hint(), "name it 'real/f'");
  }
  EXPECT_NO_THROW(refuse_barrier_above(repository, "real/f", "'real/f'"));
}

}  // namespace
}  // namespace dvx
