#include "core/workspace/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace dvx {
namespace {

struct Case {
  const char* pattern;
  const char* path;
  bool matches;
};

class Glob : public testing::TestWithParam<Case> {};

TEST_P(Glob, MatchesAsGitDoes) {
  EXPECT_EQ(glob_matches(GetParam().pattern, GetParam().path), GetParam().matches)
      << GetParam().pattern << " and " << GetParam().path;
}

INSTANTIATE_TEST_SUITE_P(
    Table, Glob,
    testing::Values(Case{"foo", "foo", true}, Case{"foo", "bar", false}, Case{"???", "foo", true},
                    Case{"??", "foo", false}, Case{"*", "foo", true}, Case{"f*", "foo", true},
                    Case{"*f", "foo", false}, Case{"*foo*", "foo", true}, Case{"*ob*a*r*", "foobar", true},
                    Case{"*ab", "aaaaaaabababab", true}, Case{"foo\\*", "foo*", true},
                    Case{"foo\\*bar", "foobar", false}, Case{"f\\\\oo", "f\\oo", true},
                    Case{"*[al]?", "ball", true}, Case{"[ten]", "ten", false}, Case{"**[!te]", "ten", true},
                    Case{"t[a-g]n", "ten", true}, Case{"t[!a-g]n", "ten", false},
                    Case{"t[^a-g]n", "ton", true}, Case{"a[]]b", "a]b", true}, Case{"a[]-]b", "a-b", true},
                    Case{"[!]a-]", "b", true}, Case{"[[:digit:]]", "7", true},
                    Case{"[[:alpha:][:digit:]]", "-", false}, Case{"foo/bar", "foo/bar", true},
                    Case{"foo*bar", "foo/baz/bar", false}, Case{"foo?bar", "foo/bar", false},
                    Case{"foo[/]bar", "foo/bar", false}, Case{"**/foo", "foo", true},
                    Case{"**/foo", "x/y/foo", true}, Case{"foo/**/bar", "foo/bar", true},
                    Case{"foo/**/bar", "foo/b/a/z/bar", true}, Case{"foo/**", "foo/x/y", true},
                    Case{"foo/**", "foo", false}, Case{"**/bar*", "foo/bar/baz", false},
                    Case{"**/bar/*", "deep/foo/bar/baz", true}, Case{"*/bar/**", "foo/bar/baz/x", true},
                    Case{"*.csv", "a/b.csv", false}, Case{"[", "[", false}, Case{"\\", "\\", true}));

TEST(GlobCost, StaysSmallForManyStars) {
  std::string path(200, 'a');
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "*b", path));
}

TEST(GlobCost, StaysSmallWhereAStarEndsAtASlash) {
  std::string pattern;
  for (int i = 0; i < 40; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "*b/x", std::string(200, 'a') + "/x"));
  EXPECT_TRUE(glob_matches(pattern + "*/x", std::string(200, 'a') + "/x"));
}

TEST(GlobCost, StaysSmallForManyDirectoryStars) {
  std::string pattern, path;
  for (int i = 0; i < 30; ++i) pattern += "**/a/";
  for (int i = 0; i < 200; ++i) path += "a/";
  EXPECT_FALSE(glob_matches(pattern + "b", path + "c"));
  EXPECT_TRUE(glob_matches(pattern + "c", path + "c"));
}

}  // namespace
}  // namespace dvx
