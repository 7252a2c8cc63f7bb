#include "base/regular_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace dvx {
namespace {

std::string failure(const std::string& path, LastLink link) {
  try {
    open_regular_file(path, link, ErrorKind::Corruption);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(RegularFile, NothingElseIsOpened) {
  const TemporaryDirectory directory(::testing::TempDir());
  const std::string pipe = directory.path() + "/pipe", link = directory.path() + "/link",
                    file = directory.path() + "/file", to_file = directory.path() + "/to-file";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  ASSERT_EQ(::symlink("/dev/zero", link.c_str()), 0);
  ASSERT_EQ(::symlink("file", to_file.c_str()), 0);
  write_file_atomically(file, "text");
  EXPECT_EQ(failure(pipe, LastLink::Follow),
            "'" + pipe + "' is a named pipe, and a regular file is expected");
  EXPECT_EQ(failure(link, LastLink::Follow), "'" + link + "' is a device, and a regular file is expected");
  EXPECT_EQ(failure(link, LastLink::Refuse), "'" + link + "' is a symlink, and a regular file is expected");
  EXPECT_EQ(failure(to_file, LastLink::Refuse),
            "'" + to_file + "' is a symlink, and a regular file is expected");
  EXPECT_EQ(failure(to_file, LastLink::Follow), "");
  EXPECT_EQ(open_regular_file(file, LastLink::Refuse, ErrorKind::Corruption).size(), 4U);
}

TEST(RegularFile, ReadFileDoesNotReadWhatIsLargerThanItsLimit) {
  const TemporaryDirectory directory(::testing::TempDir());
  const std::string file = directory.path() + "/file";
  write_file_atomically(file, "four");
  EXPECT_EQ(read_file(file, 4), "four");
  EXPECT_THROW(read_file(file, 3), Error);
}

}  // namespace
}  // namespace dvx
