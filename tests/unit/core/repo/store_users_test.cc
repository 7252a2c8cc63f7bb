#include "core/repo/store_users.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

class StoreUsersTest : public testing::Test {
 protected:
  std::string path(const std::string& relative) const { return join_path(scratch_.path(), relative); }

  void enter(const std::string& store, const StoreUserEntry& entry) const {
    make_directories(join_path(store, "users"));
    write_file_atomically(join_path(store, "users/" + entry.name), entry.text);
  }

  TemporaryDirectory scratch_{testing::TempDir()};
};

TEST_F(StoreUsersTest, AStoreThatNobodyEnteredHasNone) {
  EXPECT_TRUE(store_users(path("store")).empty());
}

TEST_F(StoreUsersTest, ComeBackAsTheyWereEntered) {
  enter(path("store"), store_user_entry(path("store"), path("b"), path("b/.git")));
  enter(path("store"), store_user_entry(path("store"), path("a\xff"), path("a\xff/.git")));
  const auto users = store_users(path("store"));
  ASSERT_EQ(users.size(), 2U);
  EXPECT_EQ(users[0].root, path("a\xff"));
  EXPECT_EQ(users[1].root, path("b"));
  EXPECT_EQ(users[1].common_dir, path("b/.git"));
}

TEST_F(StoreUsersTest, MoveTogetherWithTheStoreInside) {
  const std::string before = path("before"), after = path("after");
  enter(join_path(before, ".dvx/store"),
        store_user_entry(join_path(before, ".dvx/store"), before, join_path(before, ".git")));
  ASSERT_EQ(std::rename(before.c_str(), after.c_str()), 0);
  const auto users = store_users(join_path(after, ".dvx/store"));
  ASSERT_EQ(users.size(), 1U);
  EXPECT_EQ(users[0].root, after);
  EXPECT_EQ(users[0].common_dir, join_path(after, ".git"));
}

TEST_F(StoreUsersTest, AreForgotten) {
  enter(path("store"), store_user_entry(path("store"), path("a"), path("a/.git")));
  forget_store_user(path("store"), store_users(path("store")).front());
  EXPECT_TRUE(store_users(path("store")).empty());
}

class DamagedUserEntry : public StoreUsersTest, public testing::WithParamInterface<const char*> {};

TEST_P(DamagedUserEntry, IsAnErrorAndNotNobody) {
  enter(path("store"), {"1.json", GetParam()});
  EXPECT_THROW(store_users(path("store")), Error);
}

INSTANTIATE_TEST_SUITE_P(Texts, DamagedUserEntry,
                         testing::Values("", "{", "[]", R"({"version":1})",
                                         R"({"version":1,"root":1,"git":""})",
                                         R"({"version":2,"root":"/a","git":"/a/.git"})",
                                         R"({"version":1,"root_hex":"zz","git":"/a/.git"})"));

}  // namespace
}  // namespace dvx
