#include "objects/store/shared_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/clock.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/store/whole_writer.h"

namespace dvx {
namespace {

class SharedFiles : public testing::Test {
 protected:
  void SetUp() override {
    write_file_atomically(join_path(scratch_.path(), "source"), "as it was");
    const auto store = open(true);
    WholeWriter writer(*store);
    const UniqueFd source = open_file(join_path(scratch_.path(), "source"), O_RDONLY);
    id_ = writer.add(source.get(), "source");
    writer.publish();
  }

  std::string directory() const { return join_path(scratch_.path(), "store"); }
  std::unique_ptr<ObjectStore> open(bool linked) const {
    auto store = ObjectStore::open(directory());
    if (linked) note_links(*store);
    return store;
  }
  std::string whole() const { return *open(false)->whole_file(id_); }
  // An hour from now: what happened just now is long past then, and no change can be missed.
  SharedFilesCheck check(std::int64_t hours = 1) const {
    SilentProgress progress;
    return check_shared_files(*open(false), SystemClock().now_ns() + hours * 3'600'000'000'000, progress);
  }
  void write_into() const {
    ASSERT_EQ(::chmod(whole().c_str(), 0644), 0);
    const UniqueFd file = open_file(whole(), O_WRONLY);
    write_all(file.get(), "changed", whole());
  }

  TemporaryDirectory scratch_{testing::TempDir()};
  ObjectId id_;
};

TEST_F(SharedFiles, AreReadOnceAndThenOnlyLookedAt) {
  EXPECT_EQ(check().read, 1U);
  const SharedFilesCheck again = check(2);
  EXPECT_EQ(again.files, 1U);
  EXPECT_EQ(again.read, 0U);
  EXPECT_TRUE(again.changed.empty());
}

TEST_F(SharedFiles, AreReadAgainWhenALinkCameOrWent) {
  check();
  ASSERT_EQ(::link(whole().c_str(), join_path(scratch_.path(), "link").c_str()), 0);
  EXPECT_EQ(check(2).read, 1U);
  EXPECT_EQ(check(3).read, 0U);
}

TEST_F(SharedFiles, AreReadAgainEachTimeWhileTheyMayBeWrittenTo) {
  ASSERT_EQ(::chmod(whole().c_str(), 0644), 0);
  EXPECT_EQ(check(1).read, 1U);
  EXPECT_EQ(check(2).read, 1U);
}

TEST_F(SharedFiles, ThatWereWrittenIntoAreNamedAndCanBeSetAside) {
  check();
  write_into();
  const SharedFilesCheck found = check(2);
  ASSERT_EQ(found.changed.size(), 1U);
  EXPECT_EQ(found.changed[0].id, id_);
  const auto store = open(false);
  const std::string kept = set_aside(*store, found.changed[0]);
  EXPECT_EQ(read_file(join_path(directory(), kept)), "changedas") << "not a byte is lost";
  EXPECT_FALSE(store->contains(id_));
  EXPECT_TRUE(check(3).changed.empty());
  EXPECT_EQ(set_aside(*store, found.changed[0]), "") << "somebody was faster";
}

// As a program does that puts the time back, like rsync --inplace -t.
TEST_F(SharedFiles, AreReadAgainThoughSizeAndMtimeAreWhatTheyWere) {
  check();
  struct ::stat st {};
  ASSERT_EQ(::stat(whole().c_str(), &st), 0);
  const UniqueFd file = open_file(whole(), O_WRONLY);
  write_all(file.get(), "As", whole());
  const struct ::timespec times[2] = {st.st_atim, st.st_mtim};
  ASSERT_EQ(::futimens(file.get(), times), 0);
  EXPECT_EQ(check(2).changed.size(), 1U);
}

TEST_F(SharedFiles, AreNoneWhereNothingWasEverLinked) {
  std::filesystem::remove(join_path(directory(), "linked"));
  write_into();
  EXPECT_EQ(check().files, 0U);
}

}  // namespace
}  // namespace dvx
