#include "objects/model/inner_path.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "objects/model/tree.h"

namespace dvx {
namespace {

class RefusedPath : public testing::TestWithParam<std::string> {};

TEST_P(RefusedPath, IsRefusedWherever) {
  EXPECT_TRUE(refused_path(GetParam()));
  EXPECT_TRUE(refused_path("a/" + GetParam()));
  EXPECT_TRUE(refused_path(GetParam() + "/b"));
  EXPECT_TRUE(refused_path("a/" + GetParam() + "/b"));
}

INSTANTIATE_TEST_SUITE_P(Names, RefusedPath,
                         testing::Values("", ".", "..", ".git", ".GIT", ".Git", "git~1", "GIT~1", ".git ",
                                         ".git.", ".git::$INDEX_ALLOCATION", ".g\u200cit", "\u200c.git",
                                         ".git\\x", ".dvx", ".DVX", "dvx~1", ".dvx.", ".d\u200dvx",
                                         std::string("a\0b", 3), std::string(70'000, 'x')));

TEST(InnerPath, RefusesAbsoluteAndOverlongPaths) {
  EXPECT_TRUE(refused_path("/etc/passwd"));
  EXPECT_TRUE(refused_path("/"));
  std::string deep = "d";
  while (deep.size() + 2 <= kLongestInnerPath) deep += "/d";
  EXPECT_FALSE(refused_path(deep));
  EXPECT_TRUE(refused_path(deep + "/dd"));
}

TEST(InnerPath, NamesTheBadPart) {
  EXPECT_EQ(refused_path("a/.GIT/config"), "its part '.GIT' is bad: a file system may take it for '.git'");
  EXPECT_EQ(refused_path(".git"), "a file system may take it for '.git'");
}

TEST(InnerPath, LetsOrdinaryPathsPass) {
  for (const char* path :
       {"a", "a/b.csv", ".gitignore", "a/.gitkeep", ".github/x", "git", "d/.dvxignore", "x.dvx"})
    EXPECT_FALSE(refused_path(path)) << path;
}

TreeEntry entry(const std::string& name, EntryKind kind) {
  return {.name = name, .kind = kind, .size = 1, .files = 1, .id = ObjectId::of(name)};
}

TEST(GitDirectory, IsKnownByItsThreeSigns) {
  GitDirectorySigns signs;
  EXPECT_TRUE(signs.note("HEAD"));
  EXPECT_FALSE(signs.note("config"));
  EXPECT_TRUE(signs.note("Objects"));
  EXPECT_FALSE(signs.are_complete());
  EXPECT_TRUE(signs.note("refs"));
  EXPECT_TRUE(signs.are_complete());
}

TEST(GitDirectory, CannotBeMadeIntoATree) {
  const auto head = entry("HEAD", EntryKind::File), objects = entry("objects", EntryKind::Directory),
             refs = entry("refs", EntryKind::Directory);
  EXPECT_NO_THROW(Tree({head, objects}));
  EXPECT_THROW(Tree({head, objects, refs}), Error);
}

}  // namespace
}  // namespace dvx
