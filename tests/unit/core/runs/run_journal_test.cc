#include "core/runs/run_journal.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/runs/run_cache.h"
#include "core/workspace/tracked.h"
#include "objects/store/object_store.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

class RunJournalTest : public testing::Test {
 protected:
  static LockedStage entry(const std::string& key, const ObjectId& run) {
    LockedStage entry;
    entry.key = ObjectId::of(key);
    entry.run = run;
    entry.commands = {"make " + key};
    entry.params = nlohmann::json::object();
    *entry.environment = {{"env", nlohmann::json::object()}, {"tools", nlohmann::json::object()}};
    return entry;
  }
  static std::vector<std::string> locked(Repository& repository) {
    std::vector<std::string> names;
    for (const auto& [name, stage] : load_lock(repository).stages) names.push_back(name);
    return names;
  }

  TestRepository test_;
  SilentProgress progress_;
};

TEST_F(RunJournalTest, NothingIsSeenBeforeTheCommitAndEverythingAfter) {
  Repository repository = test_.open();
  RunJournal journal(repository, {"a", "b"}, progress_);
  const ObjectId first = journal.ingest().add_bytes("the record of a");
  journal.add("a", entry("a", first));
  const ObjectId second = journal.ingest().add_bytes("the record of b");
  journal.add("b", entry("b", second));
  RunCache runs(repository.store());
  EXPECT_FALSE(repository.store().contains(first));
  EXPECT_TRUE(runs.all().empty());
  EXPECT_FALSE(journal.wrote());

  journal.commit();
  EXPECT_EQ(repository.store().read_bytes(first), "the record of a");
  EXPECT_EQ(repository.store().read_bytes(second), "the record of b");
  EXPECT_EQ(runs.find(ObjectId::of(std::string_view("a"))), std::vector<ObjectId>{first});
  EXPECT_EQ(runs.find(ObjectId::of(std::string_view("b"))), std::vector<ObjectId>{second});
  EXPECT_EQ(locked(repository), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(journal.wrote());
  EXPECT_EQ(journal.patience(), std::nullopt);
}

TEST_F(RunJournalTest, DroppedWithoutACommitLeavesNothing) {
  Repository repository = test_.open();
  ObjectId id;
  {
    RunJournal journal(repository, {"a"}, progress_);
    id = journal.ingest().add_bytes("the record of a");
    journal.add("a", entry("a", id));
  }
  EXPECT_FALSE(repository.store().contains(id));
  EXPECT_TRUE(RunCache(repository.store()).all().empty());
  EXPECT_TRUE(locked(repository).empty());
}

TEST_F(RunJournalTest, MergesWithWhatOthersWroteAndDropsStagesThatAreGone) {
  Repository repository = test_.open();
  RunJournal ours(repository, {"a", "b"}, progress_);
  ours.add("a", entry("a", ours.ingest().add_bytes("the record of a")));
  {
    Repository other = test_.open();
    RunJournal theirs(other, {"b", "gone"}, progress_);
    theirs.add("b", entry("b", theirs.ingest().add_bytes("the record of b")));
    theirs.add("gone", entry("gone", theirs.ingest().add_bytes("the record of gone")));
    theirs.commit();
  }
  ours.commit();
  EXPECT_EQ(locked(repository), (std::vector<std::string>{"a", "b"}));
}

TEST_F(RunJournalTest, TheFirstEntryIsDueAtOnceAndTheNextWaits) {
  Repository repository = test_.open();
  RunJournal journal(repository, {"a", "b"}, progress_);
  EXPECT_EQ(journal.patience(), std::nullopt);
  journal.add("a", entry("a", journal.ingest().add_bytes("the record of a")));
  EXPECT_EQ(journal.patience(), std::chrono::nanoseconds::zero());
  journal.commit_if_due();
  EXPECT_TRUE(journal.wrote());
  journal.add("b", entry("b", journal.ingest().add_bytes("the record of b")));
  EXPECT_LE(journal.patience().value(), std::chrono::hours(1));
}

}  // namespace
}  // namespace dvx
