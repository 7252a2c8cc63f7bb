#include "core/repo/trusted_settings.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/repo/config_keys.h"

namespace dvx {
namespace {

class TrustedSettingsTest : public testing::Test {
 protected:
  TrustedSettingsTest() { make_directories(root); }

  TemporaryDirectory scratch{testing::TempDir()};
  const std::string user_config = join_path(scratch.path(), "home/dvx/config");
  const std::string root = join_path(scratch.path(), "repo");
  const Settings settings{{"core.store", "../store"}, {"slurm.options", "--qos=long"}};
};

TEST_F(TrustedSettingsTest, AreRememberedForTheseValuesAtThisPlace) {
  TrustedSettings(user_config, root).add(settings);
  EXPECT_TRUE(TrustedSettings(user_config, root).include(settings));
  Settings changed = settings;
  changed["core.store"] = "../other";
  EXPECT_FALSE(TrustedSettings(user_config, root).include(changed));
  Settings more = settings;
  more["schema.duckdb"] = "/x.so";
  EXPECT_FALSE(TrustedSettings(user_config, root).include(more));
  make_directories(scratch.path() + "/clone");
  EXPECT_FALSE(TrustedSettings(user_config, scratch.path() + "/clone").include(settings));
  EXPECT_EQ(TrustedSettings::all(user_config), std::vector<std::string>{root});
}

TEST_F(TrustedSettingsTest, KeysAndValuesAreNotMistakenForOneAnother) {
  TrustedSettings trusted(user_config, root);
  trusted.add({{"a", "b\n1 c\n1 d"}});
  EXPECT_FALSE(trusted.include({{"a", "b"}, {"c", "d"}}));
}

TEST_F(TrustedSettingsTest, AreOfARepositoryWhateverLinkLeadsToIt) {
  TrustedSettings(user_config, root).add(settings);
  const std::string link = join_path(scratch.path(), "link");
  ASSERT_EQ(::symlink(root.c_str(), link.c_str()), 0);
  EXPECT_TRUE(TrustedSettings(user_config, link).include(settings));
}

TEST_F(TrustedSettingsTest, AreTakenBack) {
  TrustedSettings trusted(user_config, root);
  trusted.add(settings);
  EXPECT_TRUE(trusted.remove());
  EXPECT_FALSE(trusted.include(settings));
  EXPECT_FALSE(trusted.remove());
}

TEST_F(TrustedSettingsTest, HaveNoPlaceWithoutAHome) {
  TrustedSettings trusted("", root);
  EXPECT_FALSE(trusted.include(settings));
  EXPECT_THROW(trusted.add(settings), Error);
}

TEST_F(TrustedSettingsTest, ProgramsOfTheRepositoryItselfAreNeverAmongThem) {
  EXPECT_TRUE(untrustable(root, "schema.duckdb", "lib/x.so"));
  EXPECT_TRUE(untrustable(root, "schema.duckdb", root + "/lib/x.so"));
  EXPECT_TRUE(untrustable(root, "slurm.executable", "../repo/dvx"));
  ASSERT_EQ(::symlink(root.c_str(), (scratch.path() + "/outside").c_str()), 0);
  EXPECT_TRUE(untrustable(root, "slurm.executable", "../outside/dvx"));
  EXPECT_FALSE(untrustable(root, "schema.duckdb", "/usr/lib/libduckdb.so"));
  EXPECT_FALSE(untrustable(root, "schema.duckdb", "libduckdb.so"));
  EXPECT_EQ(trustable_keys(root, {{"core.store", "s"}, {"schema.duckdb", "./x.so"}}),
            std::vector<std::string>{"core.store"});
}

// A new key is decided on when it is made; this tells when a decision changes.
TEST(TrackedKeys, ThoseThatNeedTrust) {
  std::vector<std::string_view> keys;
  for (const ConfigKey& row : config_keys()) {
    if (row.when_tracked == WhenTracked::NeedsTrust) keys.push_back(row.name);
  }
  EXPECT_EQ(keys, (std::vector<std::string_view>{"core.gpus", "core.jobs", "core.shared", "core.store",
                                                 "gc.reflogDays", "gc.runDays", "gc.trashDays",
                                                 "sandbox.paths", "schema.duckdb", "schema.memory",
                                                 "slurm.executable", "slurm.options"}));
}

}  // namespace
}  // namespace dvx
