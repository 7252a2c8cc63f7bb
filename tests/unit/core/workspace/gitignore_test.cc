#include "core/workspace/gitignore.h"

#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

TEST(Gitignore, HoldsOneLineBesideTheData) {
  TestRepository test;
  Repository repository = test.open();
  test.write("data/.gitignore", "*.log");
  EXPECT_EQ(ignore_in_git(repository, "data/images"), "data/.gitignore");
  EXPECT_EQ(ignore_in_git(repository, "data/images"), std::nullopt);
  EXPECT_EQ(test.read("data/.gitignore"), "*.log\n/images\n");
}

TEST(Gitignore, LosesItsLineAgainAndVanishesWhenEmpty) {
  TestRepository test;
  Repository repository = test.open();
  ignore_in_git(repository, "a");
  ignore_in_git(repository, "b");
  EXPECT_TRUE(unignore_in_git(repository, "a"));
  EXPECT_EQ(test.read(".gitignore"), "/b\n");
  EXPECT_TRUE(unignore_in_git(repository, "b"));
  EXPECT_FALSE(test.has(".gitignore"));
  EXPECT_FALSE(unignore_in_git(repository, "b"));
}

TEST(Gitignore, MakesGitIgnoreNamesThatLookLikePatterns) {
  TestRepository test;
  Repository repository = test.open();
  for (const std::string name :
       {"a*b", "what?", "[x]", "back\\slash", "end  ", "new\nline", "!bang", "#hash"}) {
    test.write(name, "x");
    ignore_in_git(repository, name);
    EXPECT_EQ(test.git({"status", "--porcelain", "--", ":(literal)" + name}), "") << name;
  }
}

TEST(Gitignore, WritesNothingWhereARuleCoversThePathAlready) {
  TestRepository test;
  Repository repository = test.open();
  test.write(".gitignore", "/data/\n*.csv\n!keep.csv\n");
  test.write("data/f", "x");
  EXPECT_EQ(ignore_in_git(repository, "data"), std::nullopt);
  EXPECT_EQ(ignore_in_git(repository, "data/f"), std::nullopt);
  EXPECT_EQ(ignore_in_git(repository, "other/a.csv"), std::nullopt);
  EXPECT_EQ(ignore_in_git(repository, "keep.csv"), ".gitignore");
}

TEST(Gitignore, DoesNotTakeARuleForDirectoriesForAFile) {
  TestRepository test;
  Repository repository = test.open();
  test.write(".gitignore", "/data/\n");
  test.write("data", "a file");
  EXPECT_EQ(ignore_in_git(repository, "data"), ".gitignore");
}

TEST(Gitignore, DoesNotCountRulesThatOtherClonesDoNotHave) {
  TestRepository test;
  Repository repository = test.open();
  test.write(".git/info/exclude", "data\n");
  EXPECT_EQ(ignore_in_git(repository, "data"), ".gitignore");
}

TEST(Gitignore, FindsALineBehindAByteOrderMark) {
  TestRepository test;
  Repository repository = test.open();
  test.write(".gitignore", "\xef\xbb\xbf/data\r\n!/data\r\n");
  EXPECT_EQ(ignore_in_git(repository, "data"), std::nullopt);
}

}  // namespace
}  // namespace dvx
