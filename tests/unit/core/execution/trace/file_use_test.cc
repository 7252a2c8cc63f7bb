#include "core/execution/trace/file_use.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

// A directory with what a command found there, and the log of what it did.
class FileUseLogTest : public testing::Test {
 protected:
  FileUseLogTest() : scratch_(testing::TempDir()), root_(real(scratch_.path())), log_(root_) {}

  static std::string real(const std::string& path) {
    char* const text = ::realpath(path.c_str(), nullptr);
    std::string result(text);
    ::free(text);
    return result;
  }
  FilePath at(const std::string& path) const { return {join_path(root_, path), join_path(root_, path)}; }
  void put(const std::string& path) {
    make_directories(parent_path(join_path(root_, path)));
    write_file_atomically(join_path(root_, path), "x", 0644, Durability::Relaxed);
  }
  static std::vector<UsedPath> used(std::initializer_list<std::string> paths) {
    std::vector<UsedPath> result;
    for (const std::string& path : paths) result.push_back({{path}});
    return result;
  }

  TemporaryDirectory scratch_;
  std::string root_;
  FileUseLog log_;
};

TEST_F(FileUseLogTest, WhatTheCommandWroteIsNoInput) {
  put("in");
  put("out");
  log_.read(at("in"));
  log_.write(at("out"));
  log_.read(at("out"));
  const FileUse use = log_.settle(0);
  EXPECT_EQ(use.read, used({"in"}));
  EXPECT_EQ(use.written, used({"out"}));
}

TEST_F(FileUseLogTest, AFileReadAndThenWrittenIsBoth) {
  put("state");
  log_.read(at("state"));
  log_.write(at("state"));
  const FileUse use = log_.settle(0);
  EXPECT_EQ(use.read, used({"state"}));
  EXPECT_EQ(use.written, used({"state"}));
}

TEST_F(FileUseLogTest, ARenamedTemporaryFileIsTheOutput) {
  put("out");
  log_.write(at("out.tmp"));
  log_.rename(at("out.tmp"), at("out"));
  const FileUse use = log_.settle(0);
  EXPECT_EQ(use.written, used({"out"}));
  EXPECT_EQ(use.read, used({}));
  EXPECT_EQ(use.removed, used({}));
}

TEST_F(FileUseLogTest, ARenamedInputIsReadAndGone) {
  put("new");
  log_.rename(at("old"), at("new"));
  const FileUse use = log_.settle(0);
  EXPECT_EQ(use.read, used({"old"}));
  EXPECT_EQ(use.written, used({"new"}));
  EXPECT_EQ(use.removed, used({"old"}));
}

TEST_F(FileUseLogTest, WhatIsInARenamedDirectoryMovesWithIt) {
  put("out/deep/a");
  put("out-2");
  log_.make_directory(at("tmp"));
  log_.make_directory(at("tmp/deep"));
  log_.write(at("tmp/deep/a"));
  log_.write(at("out-2"));
  log_.rename(at("tmp"), at("out"));
  log_.read(at("out/deep/a"));
  const FileUse use = log_.settle(0);
  EXPECT_EQ(use.written, used({"out-2", "out/deep/a"}));
  EXPECT_EQ(use.made, (std::vector<std::string>{"out", "out/deep"}));
  EXPECT_EQ(use.read, used({}));
}

TEST_F(FileUseLogTest, WhatIsMadeAndRemovedIsScratch) {
  log_.write(at("scratch"));
  log_.remove(at("scratch"));
  log_.make_directory(at("dir"));
  log_.remove(at("dir"));
  EXPECT_EQ(log_.settle(0), FileUse{});
}

TEST_F(FileUseLogTest, WhatWasThereAndIsRemovedIsTold) {
  log_.remove(at("old"));
  EXPECT_EQ(log_.settle(0).removed, used({"old"}));
}

TEST_F(FileUseLogTest, WhatWasOnlyOpenedForWritingIsNotWritten) {
  put("database");
  log_.read(at("database"));
  log_.write(at("database"));
  constexpr std::int64_t kFarAway = std::int64_t{1} << 62;
  const FileUse use = log_.settle(kFarAway);
  EXPECT_EQ(use.written, used({}));
  EXPECT_EQ(use.read, used({"database"}));
}

TEST_F(FileUseLogTest, AnEmptyDirectoryThatIsMadeIsWritten) {
  make_directories(join_path(root_, "empty"));
  put("full/a");
  log_.make_directory(at("empty"));
  log_.make_directory(at("full"));
  log_.write(at("full/a"));
  EXPECT_EQ(log_.settle(0).written, used({"empty", "full/a"}));
}

TEST_F(FileUseLogTest, FilesOfGitAndDvxAreLeftOut) {
  log_.read(at(".git/config"));
  log_.read(at(".dvx/config"));
  EXPECT_EQ(log_.settle(0), FileUse{});
}

TEST_F(FileUseLogTest, AFileInTheStoreIsCalledByTheNameItWasOpenedBy) {
  log_.read({join_path(root_, "data"), join_path(root_, ".dvx/store/whole/ab")});
  EXPECT_EQ(log_.settle(0).read, used({"data"}));
}

TEST_F(FileUseLogTest, AFileHasTheNameOfTheLinkToo) {
  log_.read({join_path(root_, "link"), join_path(root_, "target")});
  EXPECT_EQ(log_.settle(0).read, (std::vector<UsedPath>{{{"target", "link"}}}));
}

TEST_F(FileUseLogTest, WhatIsMissingAndMadeLaterIsNotMissing) {
  put("made");
  log_.missing(at("made"));
  log_.missing(at("absent"));
  log_.write(at("made"));
  EXPECT_EQ(log_.settle(0).missing, std::vector<std::string>{"absent"});
}

}  // namespace
}  // namespace dvx
