#include "core/verify/clean_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "core/workspace/snapshot.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

class CleanCopyTest : public testing::Test {
 protected:
  DataRef store(const std::string& path) {
    const Snapshot snapshot =
        take_snapshot(original(), path, {.mode = IngestMode::Store, .on_tree = {}}, progress_);
    EXPECT_TRUE(snapshot.data);
    return snapshot.data.value_or(DataRef());
  }
  void set_link(const std::string& kind) { test_.open().config().set(ConfigScope::Local, "core.link", kind); }
  Repository& original() {
    if (!repository_) repository_.emplace(test_.open());
    return *repository_;
  }
  static std::string read_link(const std::string& path) {
    return std::filesystem::read_symlink(path).string();
  }

  TestRepository test_;
  SilentProgress progress_;
  std::optional<Repository> repository_;
};

TEST_F(CleanCopyTest, HoldsWhatGitTracksAsItIsInTheWorkTree) {
  test_.write("src/run.sh", "#!/bin/sh\n", 0755);
  test_.write("src/\xff odd\n", "odd");
  ASSERT_EQ(::symlink("run.sh", test_.path("src/link").c_str()), 0);
  test_.git({"add", "src"});
  test_.write("src/run.sh", "#!/bin/sh\nedited\n", 0755);
  CleanCopy copy(original());
  EXPECT_EQ(read_file(copy.join("src/run.sh")), "#!/bin/sh\nedited\n");
  EXPECT_EQ(::access(copy.join("src/run.sh").c_str(), X_OK), 0);
  EXPECT_EQ(read_file(copy.join("src/\xff odd\n")), "odd");
  EXPECT_EQ(read_link(copy.join("src/link")), "run.sh");
}

TEST_F(CleanCopyTest, LacksWhatAWorkTreeHasBesides) {
  test_.write("tracked", "1");
  test_.write("deleted", "1");
  test_.git({"add", "tracked", "deleted"});
  remove_tree(test_.path("deleted"));
  test_.write("untracked", "1");
  test_.write("ignored", "1");
  test_.write(".gitignore", "ignored\n");
  CleanCopy copy(original());
  EXPECT_TRUE(copy.has("tracked"));
  EXPECT_FALSE(copy.has("deleted"));
  EXPECT_FALSE(copy.has("untracked"));
  EXPECT_FALSE(copy.has("ignored"));
}

TEST_F(CleanCopyTest, HoldsPipelineAndLockFileBeforeGitDoes) {
  test_.write("dvx.yaml", "stages:\n");
  test_.write("dvx.lock", "{}");
  CleanCopy copy(original());
  EXPECT_EQ(read_file(copy.join("dvx.yaml")), "stages:\n");
  EXPECT_EQ(read_file(copy.join("dvx.lock")), "{}");
}

TEST_F(CleanCopyTest, HoldsAPipelineThatIsASymlinkInGit) {
  test_.write("pipelines/main.yaml", "stages:\n");
  ASSERT_EQ(::symlink("pipelines/main.yaml", test_.path("dvx.yaml").c_str()), 0);
  test_.git({"add", "pipelines", "dvx.yaml"});
  CleanCopy copy(original());
  EXPECT_EQ(read_file(copy.join("dvx.yaml")), "stages:\n");
}

TEST_F(CleanCopyTest, IsAWorkTreeOfTheSameStore) {
  test_.write("data", "bytes");
  const DataRef data = store("data");
  CleanCopy copy(original());
  EXPECT_EQ(copy.repository().store_dir(), original().store_dir());
  EXPECT_TRUE(copy.repository().store().contains(data.id));
  EXPECT_EQ(copy.repository().root(), copy.join(""));
  EXPECT_NE(copy.repository().root(), original().root());
}

TEST_F(CleanCopyTest, TakesTheSettingsAndLeavesThoseOfTheOriginalAlone) {
  original().config().set(ConfigScope::Local, "core.link", "hardlink");
  original().config().set(ConfigScope::Repository, "remote.main.url", "/somewhere");
  const std::string settings = test_.read(".dvx/config.local");
  CleanCopy copy(original());
  EXPECT_EQ(copy.repository().config().get("remote.main.url"), "/somewhere");
  EXPECT_EQ(copy.repository().config().get("core.link"), "auto");
  EXPECT_EQ(test_.read(".dvx/config.local"), settings);
}

TEST_F(CleanCopyTest, BringsRecordedDataAndNotThatOfTheWorkTree) {
  test_.write("d/a", "recorded");
  test_.write("d/sub/b", "too");
  const DataRef data = store("d");
  test_.write("d/a", "edited");
  test_.write("d/new", "new");
  CleanCopy copy(original());
  copy.check_out({{"d", data}}, progress_);
  EXPECT_EQ(read_file(copy.join("d/a")), "recorded");
  EXPECT_EQ(read_file(copy.join("d/sub/b")), "too");
  EXPECT_FALSE(copy.has("d/new"));
  EXPECT_EQ(test_.read("d/a"), "edited");
  EXPECT_EQ(test_.read("d/new"), "new");
}

// A stage that spoils its input must reach neither the store nor the work tree.
TEST_F(CleanCopyTest, WritingIntoCheckedOutDataReachesNothingElse) {
  set_link("hardlink");
  test_.write("data", "recorded");
  const DataRef data = store("data");
  ASSERT_TRUE(original().store().whole_file(data.id));
  CleanCopy copy(original());
  copy.check_out({{"data", data}}, progress_);
  struct ::stat ours {};
  ASSERT_EQ(::stat(copy.join("data").c_str(), &ours), 0);
  EXPECT_EQ(ours.st_nlink, 1U);
  ASSERT_EQ(::chmod(copy.join("data").c_str(), 0644), 0);
  const UniqueFd fd = open_file(copy.join("data"), O_WRONLY);
  write_all(fd.get(), "SPOILT", "data");
  EXPECT_EQ(original().store().read_bytes(data.id), "recorded");
  EXPECT_EQ(test_.read("data"), "recorded");
}

TEST_F(CleanCopyTest, MissingObjectsAreNotFoundWithThePath) {
  CleanCopy copy(original());
  const DataRef absent{.id = ObjectId::of("never stored"), .size = 12};
  try {
    copy.check_out({{"data/x", absent}}, progress_);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
    EXPECT_EQ(error.path(), "data/x");
    EXPECT_EQ(error.hint(), "dvx fetch");
  }
}

TEST_F(CleanCopyTest, TakesUntrackedFilesAndDirectoriesWhereAsked) {
  test_.write("file", "1");
  test_.write("dir/a", "2");
  test_.write("dir/sub/b", "3", 0755);
  ASSERT_EQ(::symlink("sub", test_.path("dir/link").c_str()), 0);
  CleanCopy copy(original());
  copy.take_untracked("file");
  copy.take_untracked("dir");
  EXPECT_EQ(read_file(copy.join("file")), "1");
  EXPECT_EQ(read_file(copy.join("dir/a")), "2");
  EXPECT_EQ(::access(copy.join("dir/sub/b").c_str(), X_OK), 0);
  EXPECT_EQ(read_link(copy.join("dir/link")), "sub");
}

TEST_F(CleanCopyTest, TakingWhatIsNotThereTakesNothing) {
  CleanCopy copy(original());
  copy.take_untracked("nowhere");
  EXPECT_FALSE(copy.has("nowhere"));
}

TEST_F(CleanCopyTest, IsRemovedWithAllThatStagesLeftInIt) {
  std::string where;
  {
    CleanCopy copy(original());
    where = copy.join("");
    make_directories(copy.join("out/locked"));
    write_file_atomically(copy.join("out/locked/x"), "1", 0444);
    ASSERT_EQ(::chmod(copy.join("out/locked").c_str(), 0555), 0);
    EXPECT_TRUE(exists(where));
  }
  EXPECT_FALSE(exists(where));
}

}  // namespace
}  // namespace dvx
