#include "objects/backend/directory_backend.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <ctime>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/stream.h"

namespace dvx {
namespace {

// A directory that somebody has named as a remote, and what lies in its `.tmp`.
class DirectoryBackendTest : public testing::Test {
 protected:
  static std::string make_old(const std::string& path) {
    make_directories(parent_path(path));
    write_file_atomically(path, "precious");
    const timespec times[] = {{std::time(nullptr) - 100'000, 0}, {std::time(nullptr) - 100'000, 0}};
    EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    return path;
  }
  void write() const {
    DirectoryBackend backend(scratch.path());
    StringSource source("x");
    backend.write("name", source, 1);
  }

  TemporaryDirectory scratch{testing::TempDir()};
  const std::string temporary = join_path(scratch.path(), ".tmp");
};

TEST_F(DirectoryBackendTest, RemovesWhatAWriterThatDiedHadBegun) {
  const std::string left = make_old(temporary + "/some-host-123-1700000000-999-0");
  write();
  EXPECT_FALSE(exists(left));
}

TEST_F(DirectoryBackendTest, LeavesAloneWhatNoWriterOfDvxMakes) {
  std::vector<std::string> others;
  for (const char* name : {"notes", "a-1-2-3", "-1-2-3-4", "host-1-2-3-x", "host-1-2--4", "host-1-2-3-"})
    others.push_back(make_old(join_path(temporary, name)));
  write();
  for (const std::string& other : others) EXPECT_TRUE(exists(other)) << other;
}

TEST_F(DirectoryBackendTest, RemovesNothingThroughALink) {
  const TemporaryDirectory elsewhere{testing::TempDir()};
  const std::string theirs = make_old(elsewhere.path() + "/host-123-1700000000-999-0");
  ASSERT_EQ(::symlink(elsewhere.path().c_str(), temporary.c_str()), 0);
  EXPECT_THROW(write(), Error);
  EXPECT_TRUE(exists(theirs));
}

}  // namespace
}  // namespace dvx
