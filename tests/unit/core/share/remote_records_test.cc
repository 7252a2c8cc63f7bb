#include "core/share/remote_records.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "objects/backend/memory_backend.h"

namespace dvx {
namespace {

RemoteRoot sample_root() {
  RemoteRoot root;
  root.project = "0123456789abcdef";
  root.commit = "8c7f0e6a1b2c3d4e5f60718293a4b5c6d7e8f901";
  root.data.push_back({"data/raw", {DataKind::Tree, ObjectId::of("a tree"), 12345, 5, false}});
  root.data.push_back({"models/\xff.pkl", {DataKind::File, ObjectId::of("a model"), 99, 1, false}});
  root.runs = {ObjectId::of("a run")};
  return root;
}

// Sorted, as these hashes happen to be the other way round.
RunEntries sample_runs() {
  return {{ObjectId::of("key"), ObjectId::of("run 2")}, {ObjectId::of("key"), ObjectId::of("run 1")}};
}

RunList sample_list(RunListOf of = RunListOf::Records) {
  return {of, sample_runs()};
}

void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(DVX_GOLDEN_DIR) + "/remote/" + name;
  if (std::getenv("DVX_ACCEPT") != nullptr) write_file_atomically(path, text);
  EXPECT_EQ(read_file(path), text);
}

TEST(RemoteRecords, AreWrittenAsTheGoldenFilesHaveThem) {
  expect_golden("root-v1.json", serialize_remote_root(sample_root()));
  expect_golden("runs-v1.json", serialize_run_list(sample_list()));
  expect_golden("runs-outputs-v1.json", serialize_run_list(sample_list(RunListOf::Outputs)));
}

TEST(RemoteRecords, ComeBackAsTheyWere) {
  const RemoteRoot root = parse_remote_root(serialize_remote_root(sample_root()), "r");
  EXPECT_EQ(serialize_remote_root(root), serialize_remote_root(sample_root()));
  EXPECT_EQ(root.data[1].path, "models/\xff.pkl");
  for (const RunListOf of : {RunListOf::Records, RunListOf::Outputs}) {
    const RunList list = parse_run_list(serialize_run_list(sample_list(of)), "l");
    EXPECT_EQ(list.of, of);
    EXPECT_EQ(list.runs, sample_runs());
  }
  EXPECT_TRUE(parse_run_list(serialize_run_list({}), "l").runs.empty());
}

TEST(RemoteRecords, ReadListsThatOthersLaidOut) {
  std::string text = serialize_run_list(sample_list(RunListOf::Outputs));
  text.insert(1, " \n \"more\": [1, 2],");
  const RunList list = parse_run_list(text, "l");
  EXPECT_EQ(list.of, RunListOf::Outputs);
  EXPECT_EQ(list.runs, sample_runs());
}

TEST(RemoteRecords, RefuseWhatIsDamagedOrNewer) {
  for (const char* text : {"", "[]", "{}", "{\"dvx-runs\":1}", "{\"dvx-runs\":1,\"runs\":[[\"x\",\"y\"]]}"}) {
    try {
      parse_run_list(text, "list");
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::Corruption) << text;
    }
  }
  try {
    parse_run_list("{\"dvx-runs\":2}", "list");
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Config);
  }
}

class RunLists : public testing::Test {
 protected:
  RemoteRuns open() { return RemoteRuns(remote_, "p", scratch_.path() + "/cache"); }
  std::size_t list_count() {
    std::size_t count = 0;
    remote_.list("runs/p/", [&](const BackendEntry&) { ++count; });
    return count;
  }

  MemoryBackend remote_;
  TemporaryDirectory scratch_{testing::TempDir()};
};

TEST_F(RunLists, PublishOnlyWhatTheRemoteDoesNotKnow) {
  const auto runs = sample_runs();
  open().publish(RunListOf::Records, runs);
  open().publish(RunListOf::Records, runs);

  EXPECT_EQ(list_count(), 1U);
  EXPECT_EQ(open().all(), runs);
}

TEST_F(RunLists, TellRecordsFromRunsWithOutputs) {
  const RunEntries runs = sample_runs();
  open().publish(RunListOf::Records, runs);
  open().publish(RunListOf::Outputs, {runs.front()});

  EXPECT_EQ(open().all(), runs);
  EXPECT_EQ(open().with_outputs(), RunEntries{runs.front()});
}

TEST_F(RunLists, FindTheRunsOfAKey) {
  open().publish(RunListOf::Records, sample_runs());

  EXPECT_EQ(open().with_key(ObjectId::of("key")).size(), 2U);
  EXPECT_TRUE(open().with_key(ObjectId::of("another")).empty());
}

TEST_F(RunLists, BecomeFewWhenThereAreMany) {
  std::set<RunCacheEntry> all;
  for (int i = 0; i < 40; ++i) {
    const RunCacheEntry run{ObjectId::of("key"), ObjectId::of("run " + std::to_string(i))};
    all.insert(run);
    open().publish(i % 2 == 0 ? RunListOf::Records : RunListOf::Outputs, {run});
  }

  EXPECT_LE(list_count(), 16U);
  EXPECT_EQ(open().all(), RunEntries(all.begin(), all.end()));
  EXPECT_EQ(open().with_outputs().size(), 20U);
}

TEST_F(RunLists, AreCheckedAgainstTheirName) {
  const auto runs = sample_runs();
  open().publish(RunListOf::Records, runs);
  std::string name;
  remote_.list("runs/", [&](const BackendEntry& entry) { name = entry.name; });
  write_all(remote_, name, serialize_run_list({}));

  EXPECT_THROW(RemoteRuns(remote_, "p", scratch_.path() + "/other"), Error);
}

TEST_F(RunLists, OfOtherProjectsAreNotOurs) {
  const auto runs = sample_runs();
  RemoteRuns(remote_, "other", scratch_.path() + "/cache").publish(RunListOf::Records, runs);

  EXPECT_TRUE(open().all().empty());
}

}  // namespace
}  // namespace dvx
