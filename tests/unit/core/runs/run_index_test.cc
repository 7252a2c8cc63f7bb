#include "core/runs/run_index.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/path.h"
#include "base/stream.h"
#include "core/runs/run_cache.h"

namespace dvx {
namespace {

// Enough runs for an index, made once for all tests; each leaves them as they were.
class RunIndexTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    scratch_ = std::make_unique<TemporaryDirectory>(testing::TempDir());
    for (int i = 0; i < 4200; ++i) all_.push_back(entry(i));
    // Not by RunCache::add(), which waits for the disk.
    for (const RunCacheEntry& each : all_) {
      const std::string file = file_of(each);
      make_directories(parent_path(file));
      open_file(file, O_WRONLY | O_CREAT, 0444);
    }
    std::ranges::sort(all_);
  }
  static void TearDownTestSuite() {
    scratch_.reset();
    all_.clear();
  }
  ~RunIndexTest() override { drop_run_index(runs_); }

  static std::string file_of(const RunCacheEntry& entry) {
    return join_path(scratch_->path(), RunCache::file_of(entry));
  }
  static RunCacheEntry entry(int i) {
    return {ObjectId::of("key " + std::to_string(i)), ObjectId::of("run " + std::to_string(i))};
  }
  std::string index() const { return join_path(runs_, "index"); }
  // The stamps of directories cannot be set back, so the index is made to be younger.
  void let_time_pass() const {
    const struct ::timespec later[2] = {{0, UTIME_OMIT}, {::time(nullptr) + 60, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, index().c_str(), later, 0), 0);
  }

  inline static std::unique_ptr<TemporaryDirectory> scratch_;
  inline static std::vector<RunCacheEntry> all_;
  const std::string runs_ = join_path(scratch_->path(), "runs");
};

TEST_F(RunIndexTest, GivesWhatIsThere) {
  EXPECT_EQ(list_runs(runs_), all_);
  ASSERT_TRUE(exists(index()));
  let_time_pass();
  EXPECT_EQ(list_runs(runs_), all_);
  EXPECT_TRUE(run_index_is_right(runs_));
}

TEST_F(RunIndexTest, SeesWhatCameAndWhatWent) {
  list_runs(runs_);
  let_time_pass();
  open_file(file_of(entry(4200)), O_WRONLY | O_CREAT, 0444);
  ASSERT_EQ(::unlink(file_of(all_.front()).c_str()), 0);

  auto expected = all_;
  expected.erase(expected.begin());
  expected.push_back(entry(4200));
  std::ranges::sort(expected);
  EXPECT_EQ(list_runs(runs_), expected);
  let_time_pass();
  EXPECT_EQ(list_runs(runs_), expected);

  open_file(file_of(all_.front()), O_WRONLY | O_CREAT, 0444);
  ASSERT_EQ(::unlink(file_of(entry(4200)).c_str()), 0);
}

TEST_F(RunIndexTest, DoesNotReadADirectoryThatStayedAsItWas) {
  list_runs(runs_);
  let_time_pass();
  // What nobody could have done: another listing under the same stamps.
  std::string bytes = read_file(index());
  const std::size_t at = bytes.size() - 32 - 64;
  bytes[at + 63] = static_cast<char>(bytes[at + 63] ^ 1);
  const std::string body = bytes.substr(0, bytes.size() - 32);
  write_file_atomically(index(), body + std::string(as_text(ObjectId::of(body).bytes())));
  let_time_pass();

  EXPECT_NE(list_runs(runs_), all_);
  EXPECT_FALSE(run_index_is_right(runs_));
  drop_run_index(runs_);
  EXPECT_EQ(list_runs(runs_), all_);
}

TEST_F(RunIndexTest, DoesWithoutADamagedIndex) {
  list_runs(runs_);
  for (const std::string& bytes :
       {std::string(), std::string("DVXRUN1\n"), read_file(index()).substr(0, 9000)}) {
    write_file_atomically(index(), bytes);
    EXPECT_FALSE(run_index_is_right(runs_));
    EXPECT_EQ(list_runs(runs_), all_);
  }
}

}  // namespace
}  // namespace dvx
