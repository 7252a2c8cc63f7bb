#include "base/directory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

TEST(Directory, ListsEverythingButItself) {
  const TemporaryDirectory place(testing::TempDir(), "directory");
  write_file_atomically(join_path(place.path(), "b"), "");
  write_file_atomically(join_path(place.path(), ".hidden"), "");
  make_directories(join_path(place.path(), "a/deep"));
  EXPECT_EQ(names_in_directory(place.path()), (std::vector<std::string>{".hidden", "a", "b"}));
}

TEST(Directory, AbsentHasNoNamesAndCannotBeListed) {
  const TemporaryDirectory place(testing::TempDir(), "directory");
  const std::string absent = join_path(place.path(), "absent");
  EXPECT_TRUE(names_in_directory(absent).empty());
  EXPECT_THROW(list_directory(absent), Error);
}

TEST(Directory, AFileIsAnErrorAndNotEmpty) {
  const TemporaryDirectory place(testing::TempDir(), "directory");
  const std::string file = join_path(place.path(), "file");
  write_file_atomically(file, "text");
  EXPECT_THROW(names_in_directory(file), Error);
}

TEST(Directory, ADescriptorOfSomethingElseIsAnError) {
  int pipe[2];
  ASSERT_EQ(::pipe(pipe), 0);
  EXPECT_THROW(list_directory(pipe[0], "pipe"), Error);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace
}  // namespace dvx
