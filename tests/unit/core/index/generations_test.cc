#include "core/index/generations.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <vector>

#include "base/file.h"
#include "core/index/database.h"
#include "core/index/workspace_index.h"

namespace dvx {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// An index as processes of several boots open it, one after the other.
class GenerationsTest : public testing::Test {
 protected:
  IndexOptions options(const std::string& boot) {
    return {
        .root = scratch_.path(), .boot = boot, .most_unsynced = 100 * kMiB, .sync_file_system = [this](int) {
          ++syncs_;
          if (during_sync_) during_sync_();
          return sync_succeeds_;
        }};
  }
  std::unique_ptr<WorkspaceIndex> open(const std::string& boot) {
    return WorkspaceIndex::open(file_, options(boot));
  }
  // The stamp is that of a file on the file system of the work tree.
  IndexEntry entry(const std::string& path, std::uint64_t size = 1) const {
    IndexEntry out{path, {}, ObjectId::of(path)};
    out.stamp = {.device = stat_if_exists(scratch_.path())->st_dev, .size = size, .mode = 0100644};
    return out;
  }
  Standing standing(const std::string& boot, const std::string& path) {
    return open(boot)->find(path).value().standing;
  }
  std::int64_t count_generations() {
    Database database = Database::open(file_, 2, "", Journal::WriteAhead);
    Statement count = database.prepare("SELECT count(*) FROM generations");
    count.step();
    return count.integer(0);
  }

  TemporaryDirectory scratch_{testing::TempDir()};
  std::string file_ = scratch_.path() + "/index.db";
  int syncs_ = 0;
  bool sync_succeeds_ = true;
  std::function<void()> during_sync_;
};

TEST_F(GenerationsTest, BelieveWhatTheSameBootWrote) {
  open("one")->update({entry("a")}, {});
  EXPECT_EQ(standing("one", "a"), Standing::Cached);
  EXPECT_EQ(syncs_, 0);
}

TEST_F(GenerationsTest, DoubtWhatAnEarlierBootWroteAndNobodySynced) {
  open("one")->update({entry("a")}, {});
  EXPECT_EQ(standing("two", "a"), Standing::Doubtful);
  EXPECT_EQ(open("two")->load("").front().standing, Standing::Doubtful);
}

TEST_F(GenerationsTest, BelieveWhatWasSynced) {
  auto index = open("one");
  index->update({entry("a")}, {});
  index->make_durable();
  index->update({entry("b")}, {});
  EXPECT_EQ(syncs_, 1);
  EXPECT_EQ(standing("two", "a"), Standing::Cached);
  EXPECT_EQ(standing("two", "b"), Standing::Doubtful);
}

TEST_F(GenerationsTest, DoNotTakeASyncForThatOfWhatCameDuringIt) {
  auto index = open("one");
  index->update({entry("a")}, {});
  during_sync_ = [this] { open("one")->update({entry("b")}, {}); };
  index->make_durable();
  EXPECT_EQ(standing("two", "a"), Standing::Cached);
  EXPECT_EQ(standing("two", "b"), Standing::Doubtful);
}

TEST_F(GenerationsTest, NeverBelieveASyncAfterOneThatFailed) {
  auto index = open("one");
  index->update({entry("a")}, {});
  sync_succeeds_ = false;
  index->make_durable();
  sync_succeeds_ = true;
  index->make_durable();
  EXPECT_EQ(syncs_, 1);
  EXPECT_EQ(standing("one", "a"), Standing::Cached);
  EXPECT_EQ(standing("two", "a"), Standing::Doubtful);
}

TEST_F(GenerationsTest, DoNotTakeASyncOfThisBootForOneOfAnEarlierBoot) {
  open("one")->update({entry("a")}, {});
  auto index = open("two");
  index->update({entry("b")}, {});
  index->make_durable();
  EXPECT_EQ(standing("three", "a"), Standing::Doubtful);
  EXPECT_EQ(standing("three", "b"), Standing::Cached);
}

TEST_F(GenerationsTest, SyncByThemselvesWhenMuchWouldHaveToBeReadAgain) {
  auto index = open("one");
  index->update({entry("a", 60 * kMiB)}, {});
  EXPECT_EQ(syncs_, 0);
  index->update({entry("b", 60 * kMiB)}, {});
  EXPECT_EQ(syncs_, 1);
  index->update({entry("c", 60 * kMiB)}, {});
  EXPECT_EQ(syncs_, 1);
  EXPECT_EQ(standing("two", "a"), Standing::Cached);
  EXPECT_EQ(standing("two", "c"), Standing::Doubtful);
}

TEST_F(GenerationsTest, SyncByThemselvesWhenThereAreManyFiles) {
  std::vector<IndexEntry> many;
  for (int i = 0; i < 7000; ++i) many.push_back(entry("d/" + std::to_string(i), 0));
  open("one")->update(many, {});
  EXPECT_EQ(syncs_, 1);
}

TEST_F(GenerationsTest, BelieveForEverWhatWasReadAgain) {
  open("one")->update({entry("same"), entry("other")}, {});
  IndexEntry same = entry("same"), other = entry("other");
  same.standing = Standing::Durable;
  other.standing = Standing::Damaged;
  open("two")->update({other, same}, {});
  EXPECT_EQ(standing("three", "same"), Standing::Durable);
  EXPECT_EQ(standing("three", "other"), Standing::Damaged);
}

TEST_F(GenerationsTest, KeepADoubtfulEntryAsItIs) {
  open("one")->update({entry("a")}, {});
  auto index = open("two");
  index->update(index->load(""), {});
  EXPECT_EQ(standing("two", "a"), Standing::Doubtful);
}

TEST_F(GenerationsTest, DoNotSyncAnotherFileSystemForOneThatCannotBeReached) {
  IndexEntry elsewhere = entry("a");
  elsewhere.stamp.device += 1000;
  auto index = open("one");
  index->update({elsewhere, entry("b")}, {});
  index->make_durable();
  EXPECT_EQ(syncs_, 1);
  EXPECT_EQ(standing("two", "a"), Standing::Doubtful);
  EXPECT_EQ(standing("two", "b"), Standing::Cached);
}

TEST_F(GenerationsTest, SyncAtOnceWhereTheKernelDoesNotTellOfItsBoot) {
  open("")->update({entry("a")}, {});
  EXPECT_EQ(syncs_, 1);
  EXPECT_EQ(standing("", "a"), Standing::Cached);
  sync_succeeds_ = false;
  open("")->update({entry("b")}, {});
  EXPECT_EQ(standing("", "b"), Standing::Doubtful);
}

TEST_F(GenerationsTest, AreForgottenWhenTheirFilesWereReadAgain) {
  for (int boot = 0; boot < 40; ++boot) open(std::to_string(boot))->update({entry("a")}, {});
  EXPECT_LT(count_generations(), 20);
  EXPECT_EQ(standing("39", "a"), Standing::Cached);
}

TEST_F(GenerationsTest, BeginAnewWithAnIndexThatHasNone) {
  {
    Database old = Database::open(
        file_, 1,
        "CREATE TABLE entries(path BLOB PRIMARY KEY, stamp BLOB, id BLOB, racy INTEGER) WITHOUT ROWID",
        Journal::WriteAhead);
    old.execute("INSERT INTO entries VALUES('a', zeroblob(48), zeroblob(32), 0)");
  }
  auto index = open("one");
  EXPECT_TRUE(index->load("").empty());
  index->update({entry("b")}, {});
  EXPECT_EQ(standing("one", "b"), Standing::Cached);
}

}  // namespace
}  // namespace dvx
