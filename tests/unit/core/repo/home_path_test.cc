#include "core/repo/home_path.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace dvx {
namespace {

Surroundings at_home(const std::string& home) {
  Surroundings surroundings;
  if (!home.empty()) surroundings.environment["HOME"] = home;
  return surroundings;
}

TEST(HomePath, ATildeIsTheHomeDirectory) {
  const Surroundings ada = at_home("/home/ada");
  EXPECT_EQ(resolve_home("~", ada, "remote"), "/home/ada");
  EXPECT_EQ(resolve_home("~/data", ada, "remote"), "/home/ada/data");
  EXPECT_EQ(resolve_home("~/../bob", ada, "remote"), "/home/bob");
}

TEST(HomePath, OtherPathsStayAsTheyAre) {
  const Surroundings ada = at_home("/home/ada");
  for (const char* path : {"", "x", "./~", "./~/x", "a~", "/~"})
    EXPECT_EQ(resolve_home(path, ada, "x"), path);
}

TEST(HomePath, OfSomebodyElseOrOfNobodyItIsRefused) {
  EXPECT_THROW(resolve_home("~bob/x", at_home("/home/ada"), "remote"), Error);
  EXPECT_THROW(resolve_home("~/x", at_home(""), "remote"), Error);
  EXPECT_THROW(resolve_home("~/x", at_home("relative"), "remote"), Error);
}

}  // namespace
}  // namespace dvx
