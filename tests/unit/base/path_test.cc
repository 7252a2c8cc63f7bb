#include "base/path.h"

#include <gtest/gtest.h>

#include "base/utf8.h"

namespace dvx {
namespace {

TEST(Path, NormalizesByTextAlone) {
  EXPECT_EQ(normalize_path("a//b/./c/../d/"), "a/b/d");
  EXPECT_EQ(normalize_path("/a/../../b"), "/b");
  EXPECT_EQ(normalize_path("a/../../b"), "../b");
  EXPECT_EQ(normalize_path("."), "");
  EXPECT_EQ(normalize_path("/"), "/");
}

TEST(Path, SplitsAndJoins) {
  EXPECT_EQ(join_path("", "x"), "x");
  EXPECT_EQ(join_path("a/", "x"), "a/x");
  EXPECT_EQ(parent_path("a/b"), "a");
  EXPECT_EQ(parent_path("a"), "");
  EXPECT_EQ(parent_path("/a"), "/");
  EXPECT_EQ(file_name("a/b.c"), "b.c");
  EXPECT_EQ(extension("a.b/c.csv"), ".csv");
  EXPECT_EQ(extension(".hidden"), "");
}

TEST(Path, ComparesWholeComponents) {
  EXPECT_TRUE(is_beneath("a/b", "a"));
  EXPECT_TRUE(is_beneath("a", "a"));
  EXPECT_FALSE(is_beneath("ab", "a"));
  EXPECT_EQ(path_beneath("/r/a/b", "/r"), "a/b");
  EXPECT_EQ(path_beneath("/x", "/r"), std::nullopt);
}

TEST(Path, ShowsPathsAsTheUserWouldTypeThem) {
  EXPECT_EQ(path_from("data/x", ""), "data/x");
  EXPECT_EQ(path_from("data/x", "data"), "x");
  EXPECT_EQ(path_from("x", "a/b"), "../../x");
  EXPECT_EQ(path_from("a", "a"), ".");
}

TEST(Path, EscapesWhatATerminalWouldObey) {
  EXPECT_EQ(display_path("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(display_path("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(display_path("bad\xff"), "bad\\xff");
}

TEST(Utf8, RefusesOverlongFormsSurrogatesAndTooLargeCodePoints) {
  EXPECT_TRUE(is_valid_utf8("z\xc2\x80\xe0\xa0\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
  EXPECT_FALSE(is_valid_utf8("\xc0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xe0\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
  EXPECT_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));
  EXPECT_FALSE(is_valid_utf8("\xe2\x82"));
}

}  // namespace
}  // namespace dvx
