#include "core/repo/config.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/quantity.h"
#include "core/repo/config_keys.h"

namespace dvx {
namespace {

class ConfigTest : public testing::Test {
 protected:
  Config open() {
    return Config({{ConfigScope::Repository, scratch_.path() + "/config"},
                   {ConfigScope::Local, scratch_.path() + "/config.local"},
                   {ConfigScope::User, scratch_.path() + "/home/dvx/config"}});
  }
  TemporaryDirectory scratch_{testing::TempDir()};
};

TEST_F(ConfigTest, StrongerScopesWin) {
  Config config = open();
  config.set(ConfigScope::User, "core.link", "copy");
  EXPECT_EQ(config.get("core.link"), "copy");
  config.set(ConfigScope::Repository, "core.link", "reflink");
  config.set(ConfigScope::Local, "core.link", "hardlink");
  EXPECT_EQ(open().get("core.link"), "hardlink");
  EXPECT_TRUE(config.unset(ConfigScope::Local, "core.link"));
  EXPECT_EQ(open().get("core.link"), "reflink");
}

TEST_F(ConfigTest, KeysDoNotCareForCaseAndComeBackAsDocumented) {
  Config config = open();
  config.set(ConfigScope::Repository, "HOOKS.MAXSIZE", "10M");
  EXPECT_EQ(open().size_or("hooks.maxSize", 0), 10U << 20);
  ASSERT_EQ(open().all().size(), 1U);
  EXPECT_EQ(open().all()[0].key, "hooks.maxSize");
}

TEST_F(ConfigTest, KeepsCommentsOfTheFile) {
  write_file_atomically(scratch_.path() + "/config", "# ours\n[core]\n\tremote = a\n");
  Config config = open();
  config.set(ConfigScope::Repository, "core.remote", "b");
  EXPECT_EQ(read_file(scratch_.path() + "/config"), "# ours\n[core]\n\tremote = b\n");
}

TEST_F(ConfigTest, ListsRemotesByName) {
  Config config = open();
  config.set(ConfigScope::Repository, "remote.Zed.url", "/z");
  config.set(ConfigScope::Local, "remote.a.b.url", "/ab");
  EXPECT_EQ(config.remotes(), (std::vector<std::string>{"Zed", "a.b"}));
  EXPECT_EQ(config.get("remote.Zed.url"), "/z");
}

TEST_F(ConfigTest, RefusesUnknownKeysAndValues) {
  Config config = open();
  EXPECT_THROW(config.set(ConfigScope::Repository, "core.lnk", "copy"), Error);
  EXPECT_THROW(config.set(ConfigScope::Repository, "core.link", "teleport"), Error);
  EXPECT_THROW(config.set(ConfigScope::Repository, "hooks.maxSize", "ten"), Error);
  EXPECT_FALSE(exists(scratch_.path() + "/config"));
}

TEST_F(ConfigTest, SaysWhichFileDoesNotParse) {
  write_file_atomically(scratch_.path() + "/config", "[core\n");
  try {
    open();
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Config);
    EXPECT_NE(e.message().find("/config"), std::string::npos);
  }
}

TEST(ConfigSizes, AreBytesOrPowersOf1024) {
  EXPECT_EQ(parse_size("4096"), 4096U);
  EXPECT_EQ(parse_size("64k"), 64U << 10);
  EXPECT_EQ(parse_size("1GiB"), 1U << 30);
  EXPECT_EQ(parse_size("1x"), std::nullopt);
  EXPECT_EQ(parse_size(""), std::nullopt);
  EXPECT_EQ(parse_size("99999999999T"), std::nullopt);
}

}  // namespace
}  // namespace dvx
