#include "core/workspace/checkout.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/directory.h"
#include "core/repo/config.h"
#include "core/workspace/snapshot.h"
#include "objects/store/object_store.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

class CheckoutTest : public testing::Test {
 protected:
  DataRef store(const std::string& path) {
    Repository repository = test_.open();
    const Snapshot snapshot =
        take_snapshot(repository, path, {.mode = IngestMode::Store, .on_tree = {}}, progress_);
    EXPECT_TRUE(snapshot.data);
    return snapshot.data.value_or(DataRef());
  }
  DataRef hash(const std::string& path) {
    Repository repository = test_.open();
    return take_snapshot(repository, path, {.mode = IngestMode::HashOnly, .on_tree = {}}, progress_)
        .data.value_or(DataRef());
  }
  CheckoutReport checkout(const std::string& path, const DataRef& data,
                          Overwrite overwrite = Overwrite::StoredOnly) {
    Repository repository = test_.open();
    return checkout_paths(repository, {{path, data}}, overwrite, progress_);
  }
  void set_link(const std::string& kind) {
    Repository repository = test_.open();
    repository.config().set(ConfigScope::Repository, "core.link", kind);
  }
  void write_sample() {
    test_.write("d/a", "one");
    test_.write("d/run.sh", "#!/bin/sh\n", 0755);
    test_.write("d/sub/deep/b", std::string(3'000'000, 'b'));
    make_directories(test_.path("d/empty"));
    ASSERT_EQ(::symlink("a", test_.path("d/link").c_str()), 0);
  }

  TestRepository test_;
  SilentProgress progress_;
};

// A new directory is filled under another name, of which nothing may stay.
TEST_F(CheckoutTest, NewDirectoriesLeaveNothingBesideThem) {
  for (int i = 0; i < 5; ++i) test_.write(fmt::format("d/{}/file", i), fmt::format("{}", i));
  test_.write("flat/file", "flat");
  const DataRef nested = store("d"), flat = store("flat");
  remove_tree(test_.path("d"));
  remove_tree(test_.path("flat"));
  test_.write(".dvx-tmp-99999999-0/file", "of a dvx that was killed");
  checkout("d", nested);
  checkout("flat", flat);
  EXPECT_EQ(hash("d"), nested);
  EXPECT_EQ(hash("flat"), flat);
  EXPECT_FALSE(exists(test_.path(".dvx-tmp-99999999-0")));
  for (const std::string& name : names_in_directory(test_.path("")))
    EXPECT_FALSE(name.starts_with(".dvx-tmp-"));
  for (const std::string& name : names_in_directory(test_.path("d"))) EXPECT_EQ(name.size(), 1U) << name;
}

TEST_F(CheckoutTest, BringsBackATreeWithModesLinksAndEmptyDirectories) {
  write_sample();
  const DataRef data = store("d");
  remove_tree(test_.path("d"));
  const CheckoutReport report = checkout("d", data);
  EXPECT_EQ(report.created, 4U);
  EXPECT_EQ(hash("d"), data);
  EXPECT_EQ(test_.read("d/a"), "one");
  EXPECT_TRUE(is_directory(test_.path("d/empty")));
  EXPECT_NE(stat_if_exists(test_.path("d/run.sh"))->st_mode & 0100, 0U);
}

TEST_F(CheckoutTest, IndexKnowsWhatWasPlaced) {
  write_sample();
  const DataRef data = store("d");
  remove_tree(test_.path("d"));
  checkout("d", data);
  Repository repository = test_.open();
  EXPECT_EQ(take_snapshot(repository, "d", {}, progress_).hashed_files, 0U);
}

TEST_F(CheckoutTest, ChangesOnlyWhatDiffers) {
  write_sample();
  const DataRef data = store("d");
  test_.write("d/a", "two");
  store("d");
  test_.write("d/new", "three");
  store("d");
  const CheckoutReport report = checkout("d", data);
  EXPECT_EQ(report.replaced, 1U);
  EXPECT_EQ(report.removed, 1U);
  EXPECT_EQ(report.unchanged, 3U);
  EXPECT_EQ(hash("d"), data);
}

TEST_F(CheckoutTest, KeepsEverythingWhenBytesAreNowhereElse) {
  write_sample();
  const DataRef data = store("d");
  test_.write("d/a", "precious");
  test_.write("d/new", "precious too");
  remove_tree(test_.path("d/run.sh"));
  const CheckoutReport report = checkout("d", data);
  EXPECT_EQ(report.would_lose, (std::vector<std::string>{"d/a", "d/new"}));
  EXPECT_EQ(test_.read("d/a"), "precious");
  EXPECT_FALSE(test_.has("d/run.sh"));
}

TEST_F(CheckoutTest, ForceOverwrites) {
  write_sample();
  const DataRef data = store("d");
  test_.write("d/a", "precious");
  EXPECT_TRUE(checkout("d", data, Overwrite::Everything).would_lose.empty());
  EXPECT_EQ(test_.read("d/a"), "one");
}

TEST_F(CheckoutTest, TurnsFilesIntoDirectoriesAndBack) {
  test_.write("d/x", "file");
  const DataRef with_file = store("d");
  remove_tree(test_.path("d/x"));
  test_.write("d/x/y", "nested");
  const DataRef with_directory = store("d");
  checkout("d", with_file);
  EXPECT_EQ(test_.read("d/x"), "file");
  checkout("d", with_directory);
  EXPECT_EQ(test_.read("d/x/y"), "nested");
  const DataRef file = store("d/x/y");
  checkout("d", file);
  EXPECT_EQ(test_.read("d"), "nested");
  checkout("d", with_directory);
  EXPECT_EQ(hash("d"), with_directory);
}

TEST_F(CheckoutTest, LeavesIgnoredFilesAlone) {
  test_.write(".dvxignore", "*.log\n");
  test_.write("d/sub/a", "1");
  const DataRef one = store("d");
  remove_tree(test_.path("d/sub"));
  test_.write("d/b", "2");
  const DataRef other = store("d");
  checkout("d", one);
  test_.write("d/sub/x.log", "mine");
  checkout("d", other);
  EXPECT_EQ(test_.read("d/sub/x.log"), "mine");
  EXPECT_FALSE(test_.has("d/sub/a"));
}

TEST_F(CheckoutTest, ReportsTargetsWhoseObjectsAreAbsentAndBringsTheOthers) {
  test_.write("a", "1");
  const DataRef a = store("a");
  remove_tree(test_.path("a"));
  Repository repository = test_.open();
  const DataRef nowhere{DataKind::File, ObjectId::of("never stored"), 12, 1, false};
  const CheckoutReport report =
      checkout_paths(repository, {{"a", a}, {"b", nowhere}}, Overwrite::StoredOnly, progress_);
  ASSERT_EQ(report.missing.size(), 1U);
  EXPECT_EQ(report.missing[0].path, "b");
  EXPECT_EQ(test_.read("a"), "1");
}

TEST_F(CheckoutTest, DoesNotFollowASymlinkOutOfTheTree) {
  test_.write("d/sub/a", "1");
  const DataRef data = store("d");
  test_.write("outside/keep", "x");
  remove_tree(test_.path("d/sub"));
  ASSERT_EQ(::symlink("../outside", test_.path("d/sub").c_str()), 0);
  store("d");
  checkout("d", data);
  EXPECT_FALSE(test_.has("outside/a"));
  EXPECT_EQ(test_.read("d/sub/a"), "1");
}

TEST_F(CheckoutTest, RemovesTempFilesOfADvxThatWasKilled) {
  test_.write("d/a", "1");
  const DataRef data = store("d");
  test_.write("d/.dvx-tmp-999999999-3", "half");
  test_.write(fmt::format("d/.dvx-tmp-{}-3", ::getpid()), "at work");
  checkout("d", data);
  EXPECT_FALSE(test_.has("d/.dvx-tmp-999999999-3"));
  EXPECT_TRUE(test_.has(fmt::format("d/.dvx-tmp-{}-3", ::getpid())));
}

TEST_F(CheckoutTest, HardlinksShareTheObjectReadOnly) {
  set_link("hardlink");
  write_sample();
  const DataRef data = store("d");
  remove_tree(test_.path("d"));
  checkout("d", data);
  const auto st = stat_if_exists(test_.path("d/a"));
  EXPECT_EQ(st->st_nlink, 2U);
  EXPECT_EQ(st->st_mode & 0222, 0U);
  EXPECT_EQ(hash("d"), data);
  checkout("d", data);
  EXPECT_EQ(hash("d"), data);
}

TEST_F(CheckoutTest, SymlinksLeadIntoTheStoreAndCountAsTheData) {
  set_link("symlink");
  write_sample();
  const DataRef data = store("d");
  remove_tree(test_.path("d"));
  checkout("d", data);
  EXPECT_TRUE(S_ISLNK(stat_if_exists(test_.path("d/a"))->st_mode));
  EXPECT_EQ(test_.read("d/a"), "one");
  EXPECT_EQ(hash("d"), data);
}

TEST_F(CheckoutTest, ManyFilesInOneDirectory) {
  for (int i = 0; i < 1000; ++i) test_.write(fmt::format("d/{}", i), std::to_string(i));
  const DataRef data = store("d");
  remove_tree(test_.path("d"));
  EXPECT_EQ(checkout("d", data).created, 1000U);
  EXPECT_EQ(hash("d"), data);
}

class CheckoutAtLinkTest : public CheckoutTest {
 protected:
  CheckoutAtLinkTest() {
    test_.write("d/a", "one");
    test_.write("f", "two");
    tree_ = store("d");
    file_ = store("f");
    make_directories(elsewhere_.path() + "/dir");
    write_file_atomically(elsewhere_.path() + "/dir/precious", "precious");
    for (const char* name : {"d", "f"}) remove_tree(test_.path(name));
    link("dir", "d");
    link("new", "f");
  }

  void link(const std::string& target, const std::string& path) {
    ASSERT_EQ(::symlink((elsewhere_.path() + "/" + target).c_str(), test_.path(path).c_str()), 0);
  }
  void expect_nothing_elsewhere() const {
    EXPECT_EQ(names_in_directory(elsewhere_.path()), std::vector<std::string>{"dir"});
    EXPECT_EQ(names_in_directory(elsewhere_.path() + "/dir"), std::vector<std::string>{"precious"});
  }

  TemporaryDirectory elsewhere_{testing::TempDir()};
  DataRef tree_, file_;
};

TEST_F(CheckoutAtLinkTest, TheLinkCountsAsWhatWouldBeLost) {
  EXPECT_EQ(checkout("d", tree_).would_lose, std::vector<std::string>{"d"});
  EXPECT_EQ(checkout("f", file_).would_lose, std::vector<std::string>{"f"});
  expect_nothing_elsewhere();
}

TEST_F(CheckoutAtLinkTest, ForceReplacesTheLinkAlone) {
  checkout("d", tree_, Overwrite::Everything);
  checkout("f", file_, Overwrite::Everything);
  EXPECT_EQ(hash("d"), tree_);
  EXPECT_EQ(hash("f"), file_);
  expect_nothing_elsewhere();
}

TEST_F(CheckoutAtLinkTest, DataThatIsAsWantedBehindALinkStaysThere) {
  write_file_atomically(elsewhere_.path() + "/dir/a", "one");
  remove_tree(elsewhere_.path() + "/dir/precious");
  EXPECT_EQ(checkout("d", tree_, Overwrite::Everything).unchanged, 1U);
  EXPECT_EQ(names_in_directory(elsewhere_.path() + "/dir"), std::vector<std::string>{"a"});
}

TEST_F(CheckoutAtLinkTest, NothingIsPutIntoADirectoryThatIsALink) {
  try {
    checkout("d/x", file_, Overwrite::Everything);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Config);
  }
  expect_nothing_elsewhere();
}

// Three pieces of data, none of them a repository, may not become one together.
TEST_F(CheckoutTest, MakesNoDirectoryThatGitTakesForARepository) {
  test_.write("file", "x");
  test_.write("dir/y", "y");
  const DataRef file = store("file"), dir = store("dir");
  Repository repository = test_.open();
  EXPECT_THROW(checkout_paths(repository, {{"r/HEAD", file}, {"r/objects", dir}, {"r/refs/heads", dir}},
                              Overwrite::StoredOnly, progress_),
               Error);
  EXPECT_FALSE(test_.has("r"));
  checkout_paths(repository, {{"r/HEAD", file}, {"r/objects", dir}}, Overwrite::StoredOnly, progress_);
  EXPECT_THROW(checkout_paths(repository, {{"r/Refs", dir}}, Overwrite::StoredOnly, progress_), Error);
}

// A file system of 8 MB at a new directory, where root may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path) : path_(std::move(path)) {
    make_directories(path_);
    mounted_ = ::geteuid() == 0 && ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=8m") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }

 private:
  std::string path_;
  bool mounted_ = false;
};

TEST(CheckoutOnAFullDisk, FailsAndLeavesNoHalfFile) {
  TestRepository test;
  SilentProgress progress;
  Repository repository = test.open();
  test.write("d/a", std::string(12'000'000, 'a'));
  const DataRef data =
      take_snapshot(repository, "d", {.mode = IngestMode::Store, .on_tree = {}}, progress).data.value();
  remove_tree(test.path("d"));
  const SmallDisk disk(test.path("d"));
  if (!disk.mounted()) GTEST_SKIP() << "needs root to mount a tmpfs";
  try {
    checkout_paths(repository, {{"d", data}}, Overwrite::StoredOnly, progress);
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Io);
  }
  EXPECT_FALSE(test.has("d/a"));
  EXPECT_EQ(run_process({"ls", "-A", test.path("d")}).output, "");
}

}  // namespace
}  // namespace dvx
