#include "base/path_set.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(PathSet, ADirectoryStandsForWhatIsInIt) {
  const PathSet paths = {"a/b", "c"};
  EXPECT_TRUE(covers(paths, "a/b"));
  EXPECT_TRUE(covers(paths, "a/b/c/d"));
  EXPECT_TRUE(covers(paths, "c/x"));
  EXPECT_FALSE(covers(paths, "a"));
  EXPECT_FALSE(covers(paths, "a/b-2"));
  EXPECT_FALSE(covers({}, "a"));
}

TEST(PathSet, TellsWhetherADirectoryHasOneInside) {
  const PathSet paths = {"a-2", "a/b/c", "d"};
  EXPECT_TRUE(has_inside(paths, "a"));
  EXPECT_TRUE(has_inside(paths, "a/b"));
  EXPECT_FALSE(has_inside(paths, "a/b/c"));
  EXPECT_FALSE(has_inside(paths, "d"));
  EXPECT_FALSE(has_inside(paths, "a/"));
}

}  // namespace
}  // namespace dvx
