#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_lock.h"
#include "base/path.h"

namespace dvx {
namespace {

class FileTest : public testing::Test {
 protected:
  TemporaryDirectory scratch_{testing::TempDir()};
  std::string file_ = join_path(scratch_.path(), "file");
};

TEST_F(FileTest, ReadsBackWhatWasWrittenAtomically) {
  const std::string bytes("a\0b\n", 4);
  write_file_atomically(file_, bytes);
  EXPECT_EQ(read_file(file_), bytes);
}

TEST_F(FileTest, ReadsFilesWhoseSizeIsNotKnown) {
  EXPECT_FALSE(read_file("/proc/self/stat").empty());
}

TEST_F(FileTest, RefusesToReadMoreThanTheLimit) {
  write_file_atomically(file_, std::string(10'000, 'x'));
  EXPECT_THROW(read_file(file_, 9'999), Error);
  EXPECT_EQ(read_file(file_, 10'000).size(), 10'000U);
}

TEST_F(FileTest, AbsenceIsNotAnErrorWhenAsked) {
  EXPECT_EQ(read_file_if_exists(file_), std::nullopt);
  EXPECT_EQ(stat_if_exists(join_path(file_, "below")), std::nullopt);
}

TEST_F(FileTest, AnAbandonedAtomicFileLeavesTheOldOne) {
  write_file_atomically(file_, "old");
  {
    AtomicFile next(file_);
    next.write("new");
  }
  EXPECT_EQ(read_file(file_), "old");
  ::unlink(file_.c_str());
  EXPECT_EQ(::rmdir(scratch_.path().c_str()), 0) << "a temp file was left behind";
  ::mkdir(scratch_.path().c_str(), 0700);
}

TEST_F(FileTest, MakesAndRemovesNestedDirectoriesEvenReadOnlyOnes) {
  const std::string deep = join_path(scratch_.path(), "a/b/c");
  make_directories(deep);
  write_file_atomically(join_path(deep, "x"), "1");
  ::chmod(deep.c_str(), 0500);
  remove_tree(join_path(scratch_.path(), "a"));
  EXPECT_FALSE(exists(join_path(scratch_.path(), "a")));
}

TEST_F(FileTest, ReadingPastTheEndIsCorruption) {
  write_file_atomically(file_, "12345");
  const UniqueFd fd = open_file(file_, O_RDONLY);
  std::byte buffer[4];
  try {
    pread_exact(fd.get(), buffer, 3, file_);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Corruption);
  }
}

TEST_F(FileTest, ALockDiesWithItsProcess) {
  const pid_t child = ::fork();
  if (child == 0) {
    const FileLock lock = FileLock::acquire(file_, LockMode::Exclusive);
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(FileLock::try_acquire(file_, LockMode::Exclusive).has_value());
}

TEST_F(FileTest, AnExclusiveLockKeepsOthersOut) {
  const FileLock held = FileLock::acquire(file_, LockMode::Exclusive);
  EXPECT_FALSE(FileLock::try_acquire(file_, LockMode::Shared).has_value());
}

}  // namespace
}  // namespace dvx
