#include "core/runs/run_history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/runs/run_cache.h"
#include "objects/store/frame_reader.h"
#include "tests/unit/core/lineage/sample_graph.h"

namespace dvx {
namespace {

using Ids = std::vector<ObjectId>;

class RunHistoryTest : public testing::Test {
 protected:
  static RunOutput made(const std::string& where, const std::string& bytes) {
    return {.path = where, .data = {.id = ObjectId::of(bytes), .size = bytes.size()}};
  }
  // A run of the stage "train", the `minute`-th after the first.
  static RunRecord run(const std::string& key, int minute, std::vector<RunOutput> outs) {
    RunRecord record = sample_run("train", "make model");
    record.key = ObjectId::of(key);
    record.started_ns += minute * std::int64_t{60'000'000'000};
    record.outs = std::move(outs);
    return record;
  }
  ObjectId keep(const RunRecord& record) { return store->put(serialize_run_record(record)); }
  ObjectId keep_in_cache(const RunRecord& record) {
    const ObjectId id = keep(record);
    RunCache(*store).add(record.key, id);
    return id;
  }
  void name_in_lock(const std::string& stage, const ObjectId& id) { lock.stages[stage].run = id; }

  static Ids ids(const std::vector<const KnownRun*>& runs) {
    Ids found;
    for (const KnownRun* known : runs) found.push_back(known->id);
    return found;
  }
  ObjectId put_tree(std::vector<TreeEntry> entries) {
    return store->put(Tree(std::move(entries)).serialize());
  }
  static TreeEntry file(const std::string& name, const std::string& bytes) {
    return {.name = name, .kind = EntryKind::File, .size = bytes.size(), .id = ObjectId::of(bytes)};
  }
  static TreeEntry directory(const std::string& name, const ObjectId& id, std::uint64_t size = 1,
                             std::uint64_t files = 1) {
    return {.name = name, .kind = EntryKind::Directory, .size = size, .files = files, .id = id};
  }
  static RunOutput made_tree(const std::string& where, const ObjectId& id) {
    return {.path = where, .data = {.kind = DataKind::Tree, .id = id, .size = 1, .files = 1}};
  }

  TemporaryDirectory place{testing::TempDir()};
  std::unique_ptr<ObjectStore> store = ObjectStore::open(join_path(place.path(), "store"));
  LockFile lock;
};

TEST_F(RunHistoryTest, IsEmptyBeforeTheFirstRun) {
  RunHistory history(*store, lock);
  EXPECT_TRUE(history.all().empty());
  EXPECT_TRUE(history.unreadable().empty());
  EXPECT_TRUE(history.makers_of(ObjectId::of("a")).empty());
  EXPECT_TRUE(history.makers_inside(ObjectId::of("a")).empty());
}

TEST_F(RunHistoryTest, HoldsRunsOfTheLockFileAndOfTheRunCacheOnce) {
  const ObjectId locked = keep(run("k1", 0, {made("out", "a")}));
  const ObjectId both = keep_in_cache(run("k2", 1, {made("out", "b")}));
  const ObjectId cached = keep_in_cache(run("k3", 2, {made("out", "c")}));
  name_in_lock("one", locked);
  name_in_lock("two", both);
  RunHistory history(*store, lock);
  EXPECT_EQ(ids(history.all()), (Ids{both, locked, cached}));
  EXPECT_TRUE(history.find(locked)->locked);
  EXPECT_TRUE(history.find(both)->locked);
  EXPECT_FALSE(history.find(cached)->locked);
}

TEST_F(RunHistoryTest, MakersAreTheLockedRunAndThenTheNewest) {
  const ObjectId oldest = keep_in_cache(run("k1", 0, {made("out", "same")}));
  const ObjectId newest = keep_in_cache(run("k2", 9, {made("out", "same")}));
  const ObjectId middle = keep_in_cache(run("k3", 5, {made("copy", "same")}));
  keep_in_cache(run("k4", 7, {made("out", "other")}));
  name_in_lock("train", oldest);
  RunHistory history(*store, lock);
  EXPECT_EQ(ids(history.makers_of(ObjectId::of("same"))), (Ids{oldest, newest, middle}));
}

TEST_F(RunHistoryTest, RunsOfTheSameMomentAreInTheOrderOfTheirIds) {
  Ids expected = {keep_in_cache(run("k1", 0, {made("out", "same")})),
                  keep_in_cache(run("k2", 0, {made("out", "same")})),
                  keep_in_cache(run("k3", 0, {made("out", "same")}))};
  std::sort(expected.begin(), expected.end());
  RunHistory history(*store, lock);
  EXPECT_EQ(ids(history.makers_of(ObjectId::of("same"))), expected);
}

TEST_F(RunHistoryTest, ARunThatMadeTheSameContentTwiceIsOneMaker) {
  const ObjectId id = keep_in_cache(run("k", 0, {made("out", "same"), made("second", "same")}));
  RunHistory history(*store, lock);
  EXPECT_EQ(ids(history.makers_of(ObjectId::of("same"))), Ids{id});
}

// A producer of long ago, which neither dvx.lock nor the run cache names, is known once it was asked for.
TEST_F(RunHistoryTest, LearnsRunsThatOnlyOtherRecordsName) {
  const ObjectId id = keep(run("k", 0, {made("out", "a")}));
  RunHistory history(*store, lock);
  EXPECT_TRUE(history.makers_of(ObjectId::of("a")).empty());
  ASSERT_NE(history.find(id), nullptr);
  EXPECT_FALSE(history.find(id)->locked);
  EXPECT_EQ(ids(history.makers_of(ObjectId::of("a"))), Ids{id});
}

TEST_F(RunHistoryTest, AbsentRecordIsNotFoundAndTheOthersStay) {
  const ObjectId good = keep_in_cache(run("k", 0, {made("out", "a")}));
  const ObjectId absent = ObjectId::of("never stored");
  name_in_lock("train", absent);
  RunHistory history(*store, lock);
  EXPECT_EQ(ids(history.all()), Ids{good});
  EXPECT_EQ(history.find(absent), nullptr);
  ASSERT_EQ(history.unreadable().size(), 1U);
  EXPECT_EQ(history.unreadable().at(absent).kind(), ErrorKind::NotFound);
}

TEST_F(RunHistoryTest, AbsentProducerIsUnreadableOnceItWasAskedFor) {
  RunHistory history(*store, lock);
  EXPECT_TRUE(history.unreadable().empty());
  EXPECT_EQ(history.find(ObjectId::of("gone")), nullptr);
  EXPECT_EQ(history.unreadable().at(ObjectId::of("gone")).kind(), ErrorKind::NotFound);
}

TEST_F(RunHistoryTest, AnObjectThatIsNoRecordIsCorruption) {
  const ObjectId cut = store->put(serialize_run_record(run("k", 0, {made("out", "a")})).substr(0, 100));
  RunCache(*store).add(ObjectId::of("k"), cut);
  RunHistory history(*store, lock);
  EXPECT_TRUE(history.makers_of(ObjectId::of("a")).empty());
  EXPECT_EQ(history.unreadable().at(cut).kind(), ErrorKind::Corruption);
}

TEST_F(RunHistoryTest, ARecordOfANewerFormatIsToldFromADamagedOne) {
  const ObjectId newer = store->put(R"({"dvx_run":2})");
  RunCache(*store).add(ObjectId::of("k"), newer);
  RunHistory history(*store, lock);
  EXPECT_EQ(history.unreadable().at(newer).kind(), ErrorKind::Config);
}

TEST_F(RunHistoryTest, ARecordWithFlippedBytesInTheStoreIsCorruption) {
  const ObjectId id = keep_in_cache(run("k", 0, {made("out", "a")}));
  const auto frame = locate_frame(*store, id);
  ASSERT_TRUE(frame);
  const std::string pack = join_path(store->directory(), "packs/" + frame->pack_id.to_hex() + ".pack");
  std::string bytes = read_file(pack);
  bytes[frame->entry.offset + 20] = static_cast<char>(bytes[frame->entry.offset + 20] ^ 1);
  write_file_atomically(pack, bytes);
  store = ObjectStore::open(store->directory());
  RunHistory history(*store, lock);
  EXPECT_TRUE(history.all().empty());
  EXPECT_EQ(history.unreadable().at(id).kind(), ErrorKind::Corruption);
}

TEST_F(RunHistoryTest, FindsContentInsideOfOutputDirectories) {
  const ObjectId leaf = put_tree({file("x.bin", "wanted"), file("y.bin", "other")});
  const ObjectId top = put_tree({file("a.bin", "other"), directory("deep", leaf, 11, 2)});
  const ObjectId old = keep_in_cache(run("k1", 0, {made_tree("models", top)}));
  const ObjectId fresh = keep_in_cache(run("k2", 1, {made("file", "wanted"), made_tree("copies", leaf)}));
  RunHistory history(*store, lock);
  const auto found = history.makers_inside(ObjectId::of("wanted"));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].first->id, fresh);
  EXPECT_EQ(found[0].second, "copies/x.bin");
  EXPECT_EQ(found[1].first->id, old);
  EXPECT_EQ(found[1].second, "models/deep/x.bin");
}

TEST_F(RunHistoryTest, PassesOverDirectoriesThatWereNotFetched) {
  const ObjectId partly = put_tree({directory("deep", ObjectId::of("absent tree"))});
  keep_in_cache(run("k1", 0, {made_tree("models", ObjectId::of("another absent tree"))}));
  keep_in_cache(run("k2", 0, {made_tree("models", partly)}));
  RunHistory history(*store, lock);
  EXPECT_TRUE(history.makers_inside(ObjectId::of("wanted")).empty());
}

TEST_F(RunHistoryTest, TwoRunsOfOneKeyThatDifferAreAConflict) {
  const ObjectId first = keep_in_cache(run("k", 1, {made("b", "1"), made("a", "1"), made("same", "x")}));
  const ObjectId second = keep_in_cache(run("k", 0, {made("b", "2"), made("a", "2"), made("same", "x")}));
  RunHistory history(*store, lock);
  const std::vector<RunConflict> conflicts = history.conflicts_of(ObjectId::of("k"));
  ASSERT_EQ(conflicts.size(), 2U);
  EXPECT_EQ(conflicts[0].path, "a");
  EXPECT_EQ(conflicts[1].path, "b");
  EXPECT_EQ(conflicts[1].stage, "train");
  EXPECT_EQ(conflicts[1].first_run, first);
  EXPECT_EQ(conflicts[1].second_run, second);
  EXPECT_EQ(conflicts[1].first_output, ObjectId::of("1"));
  EXPECT_EQ(conflicts[1].second_output, ObjectId::of("2"));
}

TEST_F(RunHistoryTest, ConflictsAreToldAgainstTheLockedRun) {
  keep_in_cache(run("k", 9, {made("out", "new")}));
  keep_in_cache(run("k", 5, {made("out", "old")}));
  const ObjectId locked = keep_in_cache(run("k", 0, {made("out", "locked")}));
  keep_in_cache(run("k", 7, {made("out", "locked")}));
  name_in_lock("train", locked);
  RunHistory history(*store, lock);
  const std::vector<RunConflict> conflicts = history.conflicts_of(ObjectId::of("k"));
  ASSERT_EQ(conflicts.size(), 2U);
  EXPECT_EQ(conflicts[0].first_run, locked);
  EXPECT_EQ(conflicts[1].first_run, locked);
}

TEST_F(RunHistoryTest, FailedRunsAndThoseOfOtherKeysAreNoConflict) {
  keep_in_cache(run("k", 0, {made("out", "1")}));
  RunRecord failed = run("k", 1, {made("out", "part of it")});
  failed.exit_status = 1;
  keep_in_cache(failed);
  keep_in_cache(run("other", 2, {made("out", "2")}));
  keep_in_cache(run("k", 3, {made("out", "1")}));
  RunHistory history(*store, lock);
  EXPECT_TRUE(history.conflicts_of(ObjectId::of("k")).empty());
}

}  // namespace
}  // namespace dvx
