#include "base/sharing.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/file_lock.h"
#include "base/path.h"

namespace dvx {
namespace {

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }
  Umask(const Umask&) = delete;
  Umask& operator=(const Umask&) = delete;

 private:
  mode_t before_;
};

mode_t mode_of(const std::string& path) {
  return stat_if_exists(path)->st_mode & 07777;
}

class Sharing : public testing::Test {
 protected:
  std::string make(const std::string& name, SharedWith with) const {
    const std::string directory = join_path(scratch_.path(), name);
    make_directories(directory);
    EXPECT_TRUE(share_directory(directory, with));
    heed_sharing(directory);
    return directory;
  }

  Umask umask_{077};
  TemporaryDirectory scratch_{testing::TempDir()};
};

TEST_F(Sharing, IsSaidByTheDirectoryItself) {
  EXPECT_EQ(shared_with(make("none", SharedWith::Nobody)), SharedWith::Nobody);
  EXPECT_EQ(shared_with(make("group", SharedWith::Group)), SharedWith::Group);
  EXPECT_EQ(shared_with(make("all", SharedWith::All)), SharedWith::All);
  EXPECT_EQ(shared_with(join_path(scratch_.path(), "absent")), SharedWith::Nobody);
}

TEST_F(Sharing, ReachesEverythingThatIsMadeBelowWhateverTheUmask) {
  const std::string top = make("store", SharedWith::Group);
  make_directories(join_path(top, "a/b"));
  EXPECT_EQ(mode_of(join_path(top, "a")), 02770U);
  EXPECT_EQ(mode_of(join_path(top, "a/b")), 02770U);
  open_file(join_path(top, "a/pack"), O_WRONLY | O_CREAT, 0444);
  EXPECT_EQ(mode_of(join_path(top, "a/pack")), 0440U);
  write_file_atomically(join_path(top, "a/note"), "x");
  EXPECT_EQ(mode_of(join_path(top, "a/note")), 0660U);
  const FileLock lock = FileLock::acquire(join_path(top, "lock"), LockMode::Exclusive);
  EXPECT_EQ(mode_of(join_path(top, "lock")), 0660U);
  const TemporaryDirectory session(top);
  EXPECT_EQ(mode_of(session.path()), 02770U);
}

TEST_F(Sharing, LetsOthersReadWhenItIsWithAll) {
  const std::string top = make("open", SharedWith::All);
  open_file(join_path(top, "pack"), O_WRONLY | O_CREAT, 0444);
  EXPECT_EQ(mode_of(join_path(top, "pack")), 0444U);
  make_directories(join_path(top, "below"));
  EXPECT_EQ(mode_of(join_path(top, "below")), 02775U);
}

TEST_F(Sharing, LeavesEverythingElseToTheUmask) {
  make("store", SharedWith::Group);
  const std::string beside = join_path(scratch_.path(), "store2");
  make_directories(beside);
  write_file_atomically(join_path(beside, "mine"), "x");
  EXPECT_EQ(mode_of(beside), 0700U);
  EXPECT_EQ(mode_of(join_path(beside, "mine")), 0600U);
}

}  // namespace
}  // namespace dvx
