#include "core/workspace/ignore.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

bool ignores(const char* rules, const char* path, PathKind kind = PathKind::Other) {
  return IgnoreRules().with(rules, "").ignores(path, kind);
}

TEST(Ignore, NameMatchesAtAnyDepth) {
  EXPECT_TRUE(ignores("*.tmp\n", "a/b/x.tmp"));
  EXPECT_FALSE(ignores("*.tmp\n", "a/b/x.csv"));
}

TEST(Ignore, SlashAnchorsToTheFilesDirectory) {
  EXPECT_TRUE(ignores("/build\n", "build"));
  EXPECT_FALSE(ignores("/build\n", "a/build"));
  EXPECT_TRUE(ignores("doc/frotz\n", "doc/frotz"));
  EXPECT_FALSE(ignores("doc/frotz\n", "a/doc/frotz"));
}

TEST(Ignore, TrailingSlashMeansDirectoriesOnly) {
  EXPECT_TRUE(ignores("cache/\n", "a/cache", PathKind::Directory));
  EXPECT_FALSE(ignores("cache/\n", "a/cache"));
}

TEST(Ignore, LastMatchingRuleDecides) {
  EXPECT_FALSE(ignores("*.csv\n!keep.csv\n", "keep.csv"));
  EXPECT_TRUE(ignores("!keep.csv\n*.csv\n", "keep.csv"));
}

TEST(Ignore, CommentsBlanksAndEscapesAreAsInGit) {
  EXPECT_FALSE(ignores("# note\n\n", "# note"));
  EXPECT_TRUE(ignores("\\#x\n", "#x"));
  EXPECT_TRUE(ignores("\\!x\n", "!x"));
  EXPECT_TRUE(ignores("x   \n", "x"));
  EXPECT_TRUE(ignores("x\\ \n", "x "));
  EXPECT_TRUE(ignores("x\r\n", "x"));
}

TEST(Ignore, DoubleStarSpansDirectories) {
  EXPECT_TRUE(ignores("a/**/z\n", "a/b/c/z"));
  EXPECT_TRUE(ignores("**/logs\n", "x/logs"));
}

TEST(Ignore, DeeperRulesWinAndSeePathsFromTheirDirectory) {
  const IgnoreRules rules = IgnoreRules().with("*.txt\n", "").with("!/a.txt\n", "data");
  EXPECT_FALSE(rules.ignores("data/a.txt", PathKind::Other));
  EXPECT_TRUE(rules.ignores("data/sub/a.txt", PathKind::Other));
  EXPECT_TRUE(rules.ignores("a.txt", PathKind::Other));
}

TEST(Ignore, ByteOrderMarkAndCarriageReturnsAreNoPartOfARule) {
  EXPECT_TRUE(ignores("\xef\xbb\xbf*.log\r\n/data/\r\n", "a.log"));
  EXPECT_TRUE(ignores("\xef\xbb\xbf*.log\r\n/data/\r\n", "data", PathKind::Directory));
  EXPECT_FALSE(ignores("*.log\n\xef\xbb\xbf*.txt\n", "a.txt")) << "only at the beginning";
}

TEST(Ignore, NeverDataAreGitAndDvxAndTempNames) {
  EXPECT_TRUE(is_never_data(".git"));
  EXPECT_TRUE(is_never_data(".dvx"));
  EXPECT_TRUE(is_never_data(".dvx-tmp-12-3"));
  EXPECT_FALSE(is_never_data(".dvxignore"));
}

}  // namespace
}  // namespace dvx
