#include "core/pipeline/run_index.h"

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
#include "core/pipeline/run_cache.h"
#include "objects/store/object_store.h"

namespace dvx {
namespace {

// Enough runs for an index, in a store that looks as if nothing had changed for a while.
class RunIndexTest : public testing::Test {
 protected:
  RunIndexTest() {
    for (int i = 0; i < 5000; ++i) all_.push_back(entry(i));
    RunCache(*store_).add(all_);
    std::ranges::sort(all_);
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

  TemporaryDirectory scratch_{testing::TempDir()};
  std::unique_ptr<ObjectStore> store_ = ObjectStore::open(join_path(scratch_.path(), "store"));
  const std::string runs_ = join_path(scratch_.path(), "store/runs");
  std::vector<RunCacheEntry> all_;
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
  RunCache(*store_).add(std::vector<RunCacheEntry>{entry(5000)});
  ASSERT_EQ(::unlink(join_path(store_->directory(), RunCache::file_of(all_.front())).c_str()), 0);

  auto expected = all_;
  expected.erase(expected.begin());
  expected.push_back(entry(5000));
  std::ranges::sort(expected);
  EXPECT_EQ(list_runs(runs_), expected);
  let_time_pass();
  EXPECT_EQ(list_runs(runs_), expected);
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
