#include "core/repo/own_files.h"

#include <gtest/gtest.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

class OwnFiles : public testing::Test {
 protected:
  void track(const std::string& path) const {
    place.write(path, "x");
    place.git({"add", "-f", path});
  }
  // The hint of the refusal, or "" when there is none.
  std::string refusal() const {
    const auto git = GitRepository::discover(place.root());
    try {
      refuse_foreign_files(place.root(), &*git);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::Config);
      return error.hint();
    }
    return "";
  }

  TestRepository place;
};

TEST_F(OwnFiles, AreNotTrackedInAnOrdinaryRepository) {
  place.write(".dvx/config.local", "");
  EXPECT_EQ(refusal(), "");
}

TEST_F(OwnFiles, AreRefusedWhenGitTracksThem) {
  for (const char* path : {".dvx/config.local", ".dvx/store/packs/x", ".dvx/tmp/x", ".dvx/index.db",
                           ".dvx/lock", ".DVX/config.local", ".dvx/Config"}) {
    track(path);
    EXPECT_NE(refusal(), "") << path;
    place.git({"rm", "-q", "-f", "--cached", path});
  }
  EXPECT_EQ(refusal(), "");
}

TEST_F(OwnFiles, LinksOfTheRepositoryAreRefused) {
  ASSERT_EQ(::symlink("/tmp", place.path(".dvx/link").c_str()), 0);
  place.git({"add", "-f", ".dvx/link"});
  EXPECT_NE(refusal(), "");
}

TEST_F(OwnFiles, TheCommandOfTheHintPutsItRight) {
  track(".dvx/store/packs/x");
  ProcessOptions options;
  options.directory = place.root();
  EXPECT_TRUE(run_process({"/bin/sh", "-c", refusal()}, options).ok());
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(place.has(".dvx/store.foreign/packs/x"));
}

TEST_F(OwnFiles, ALinkInPlaceOfTheDirectoryOrTheSettingsIsRefused) {
  ASSERT_EQ(::rename(place.path(".dvx/config").c_str(), place.path("elsewhere").c_str()), 0);
  ASSERT_EQ(::symlink("../elsewhere", place.path(".dvx/config").c_str()), 0);
  EXPECT_NE(refusal(), "");
  ASSERT_EQ(::rename(place.path(".dvx").c_str(), place.path("moved").c_str()), 0);
  ASSERT_EQ(::symlink("moved", place.path(".dvx").c_str()), 0);
  EXPECT_NE(refusal(), "");
}

}  // namespace
}  // namespace dvx
