#include "core/execution/trace/file_path.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

class FilePathResolverTest : public testing::Test {
 protected:
  FilePathResolverTest() : scratch_(testing::TempDir()), top_(real(scratch_.path())) {
    root_ = top_ + "/repo";
    make_directories(root_ + "/data");
    make_directories(top_ + "/elsewhere");
    put(root_ + "/data/a");
    put(top_ + "/elsewhere/b");
    link("a", root_ + "/data/to-a");
    link("data", root_ + "/to-data");
    link(top_ + "/elsewhere", root_ + "/outside");
    link(root_ + "/data", top_ + "/elsewhere/inside");
  }

  static std::string real(const std::string& path) {
    char* const text = ::realpath(path.c_str(), nullptr);
    std::string result(text);
    ::free(text);
    return result;
  }
  static void put(const std::string& path) { write_file_atomically(path, "x", 0644, Durability::Relaxed); }
  static void link(const std::string& target, const std::string& path) {
    ASSERT_EQ(::symlink(target.c_str(), path.c_str()), 0);
  }
  FilePath in_root(const std::string& named, const std::string& real_name) const {
    return {root_ + "/" + named, root_ + "/" + real_name};
  }

  TemporaryDirectory scratch_;
  std::string top_, root_;
};

TEST_F(FilePathResolverTest, FollowsLinks) {
  FilePathResolver paths(root_);
  EXPECT_EQ(paths.file(root_ + "/data/a"), in_root("data/a", "data/a"));
  EXPECT_EQ(paths.file(root_ + "/data/to-a"), in_root("data/to-a", "data/a"));
  EXPECT_EQ(paths.file(root_ + "/to-data/to-a"), in_root("to-data/to-a", "data/a"));
  EXPECT_EQ(paths.file(root_ + "/to-data/../data//a"), in_root("data/a", "data/a"));
  EXPECT_EQ(paths.file(root_ + "/to-data/"), in_root("to-data", "data"));
}

TEST_F(FilePathResolverTest, TheEntryItselfIsNotFollowed) {
  FilePathResolver paths(root_);
  EXPECT_EQ(paths.entry(root_ + "/data/to-a"), in_root("data/to-a", "data/to-a"));
  EXPECT_EQ(paths.entry(root_ + "/to-data/to-a"), in_root("to-data/to-a", "data/to-a"));
}

TEST_F(FilePathResolverTest, WhatIsOutsideByBothNamesIsLeftOut) {
  FilePathResolver paths(root_);
  EXPECT_FALSE(paths.file(top_ + "/elsewhere/b"));
  EXPECT_FALSE(paths.file(root_ + "-2/x"));
  EXPECT_EQ(paths.file(root_ + "/outside/b"), (FilePath{root_ + "/outside/b", top_ + "/elsewhere/b"}));
  EXPECT_EQ(paths.file(top_ + "/elsewhere/inside/a"),
            (FilePath{top_ + "/elsewhere/inside/a", root_ + "/data/a"}));
}

TEST_F(FilePathResolverTest, WhatIsNotThereKeepsItsName) {
  FilePathResolver paths(root_);
  EXPECT_EQ(paths.file(root_ + "/to-data/absent"), in_root("to-data/absent", "data/absent"));
  EXPECT_EQ(paths.file(root_ + "/no/such"), in_root("no/such", "no/such"));
}

TEST_F(FilePathResolverTest, LinksAreKnownAmongManyFiles) {
  for (int i = 0; i < 40; ++i) put(fmt::format("{}/data/{}", root_, i));
  FilePathResolver paths(root_);
  for (int i = 0; i < 40; ++i) {
    const std::string name = fmt::format("data/{}", i);
    EXPECT_EQ(paths.file(root_ + "/" + name), in_root(name, name));
  }
  EXPECT_EQ(paths.file(root_ + "/data/to-a"), in_root("data/to-a", "data/a"));
}

TEST_F(FilePathResolverTest, ALinkThatChangedIsFollowedAnew) {
  FilePathResolver paths(root_);
  EXPECT_EQ(paths.file(root_ + "/to-data/a"), in_root("to-data/a", "data/a"));
  ASSERT_EQ(::unlink((root_ + "/to-data").c_str()), 0);
  make_directories(root_ + "/other");
  link("other", root_ + "/to-data");
  paths.forget();
  EXPECT_EQ(paths.file(root_ + "/to-data/a"), in_root("to-data/a", "other/a"));
}

}  // namespace
}  // namespace dvx
