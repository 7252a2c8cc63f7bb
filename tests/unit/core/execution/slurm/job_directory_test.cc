#include "core/execution/slurm/job_directory.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/execution/slurm/unfinished_run.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

JobDescription description_of(Repository& repository, const std::string& stage) {
  JobDescription job;
  job.id = new_submission_id(repository);
  job.stage.name = stage;
  job.stage.file = "dvx.yaml";
  job.stage.commands = {"sort a > b", "true"};
  job.stage.deps = {{"a", "a.schema.yaml"}, {"d\xff", ""}};
  job.stage.params = {{"params.yaml", {"x.y"}}};
  job.stage.outs = {{.path = "b", .cache = false, .persist = true},
                    {.path = "m", .kind = OutputKind::Metric}};
  job.stage.env = {{"A", "1"}};
  job.stage.demands = {.cpus = 3, .gpus = 1, .memory = 5, .mutexes = {"m", "n"}};
  job.stage.demands.timeout = std::chrono::milliseconds(1500);
  job.upstream = {{.stage = "before", .outs = {"a"}, .job = "20260131T120000.123-5b1f0c9a"},
                  {.stage = "done", .outs = {}, .job = ""}};
  job.environment = {{"PATH", "/bin"}};
  job.submitted_ns = 5;
  job.why = "it has never run";
  return job;
}

JobResult result_of(const JobDescription& job) {
  JobResult result;
  result.id = job.id;
  result.slurm_job = "17";
  result.end = JobEnd::Ran;
  *result.key_fields = {{"version", 1}};
  result.seen = {{"a", {.kind = DataKind::Tree, .id = ObjectId::of("a"), .size = 7, .files = 3}}};
  result.outs = {{"b", {.id = ObjectId::of("b"), .size = 1, .executable = true}}};
  result.outcome.wall_seconds = 1.5;
  result.git = {"abc", true};
  result.findings.started_ns = 12;
  result.findings.machine = "n1 Linux";
  result.findings.verdicts = {{.path = "a",
                               .schema = "a.schema.yaml",
                               .schema_id = ObjectId::of("s"),
                               .violation_count = 0,
                               .violations = {}}};
  result.trees = {ObjectId::of("a tree")};
  return result;
}

class JobDirectoryTest : public testing::Test {
 protected:
  TestRepository test_;
  Repository repository_ = test_.open();
};

TEST_F(JobDirectoryTest, WhatIsWrittenIsRead) {
  const JobDescription job = description_of(repository_, "models/eu:train");
  const auto directory = JobDirectory::make(repository_, job);
  ASSERT_TRUE(directory);
  const JobDirectory seen(repository_, "models/eu:train");
  EXPECT_EQ(serialize_job(*seen.description()), serialize_job(job));
  EXPECT_EQ(seen.description()->stage.deps.back().path, "d\xff");
  EXPECT_FALSE(seen.result(job.id));
  const JobResult result = result_of(job);
  seen.write_result(result, {"a tree"});
  EXPECT_EQ(serialize_job_result(*seen.result(job.id)), serialize_job_result(result));
  EXPECT_EQ(seen.trees(result), std::vector<std::string>{"a tree"});
  EXPECT_FALSE(seen.result("another submission"));
}

TEST_F(JobDirectoryTest, AStageHasOneAtATime) {
  auto first = JobDirectory::make(repository_, description_of(repository_, "s"));
  ASSERT_TRUE(first);
  EXPECT_FALSE(JobDirectory::make(repository_, description_of(repository_, "s")));
  EXPECT_TRUE(JobDirectory::make(repository_, description_of(repository_, "t")));
  EXPECT_EQ(JobDirectory::all(repository_).size(), 2u);
  first->remove();
  EXPECT_EQ(JobDirectory::all(repository_).size(), 1u);
  EXPECT_TRUE(JobDirectory::make(repository_, description_of(repository_, "s")));
}

TEST_F(JobDirectoryTest, OneWatchesAtATime) {
  auto directory = JobDirectory::make(repository_, description_of(repository_, "s"));
  JobDirectory other(repository_, "s");
  EXPECT_FALSE(other.watch());
  directory.reset();
  EXPECT_TRUE(other.watch());
}

TEST_F(JobDirectoryTest, OneJobClaimsItAndMayBeginAnew) {
  const JobDescription job = description_of(repository_, "s");
  const auto directory = JobDirectory::make(repository_, job);
  EXPECT_EQ(directory->slurm_job(), "");
  directory->note_slurm_job("16");
  EXPECT_EQ(directory->slurm_job(), "16");
  EXPECT_TRUE(directory->claim_for({"17", "n1", 1}));
  EXPECT_FALSE(directory->claim_for({"18", "n2", 2}));
  EXPECT_EQ(directory->slurm_job(), "17");
  directory->write_result(result_of(job), {});
  EXPECT_TRUE(directory->claim_for({"17", "n2", 3}));
  EXPECT_EQ(directory->claim()->node, "n2");
  EXPECT_FALSE(directory->result(job.id)) << "that of the start before";
}

// Without a process each they meet far more often than elements of an array do.
TEST_F(JobDirectoryTest, ElementsOfAnArrayClaimItAtOnce) {
  for (int round = 0; round < 20; ++round) {
    auto directory = JobDirectory::make(repository_, description_of(repository_, "s"));
    std::atomic<int> claimed = 0;
    std::vector<std::thread> elements;
    for (int element = 0; element < 8; ++element)
      elements.emplace_back([&] {
        EXPECT_NO_THROW(claimed += directory->claim_for({"17", "n1", 1}) ? 1 : 0);
      });
    for (std::thread& element : elements) element.join();
    EXPECT_EQ(claimed, 8);
    directory->remove();
  }
}

TEST_F(JobDirectoryTest, DamagedAndNewerFilesAreRefused) {
  EXPECT_THROW(parse_job("{}", "x"), Error);
  EXPECT_THROW(parse_job("not json", "x"), Error);
  EXPECT_THROW(parse_job(R"({"dvx_job":1,"id":"x"})", "x"), Error);
  EXPECT_THROW(parse_job_result(R"({"dvx_job":1,"id":7})", "x"), Error);
  try {
    parse_job_result(R"({"dvx_job":2})", "x");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
  }
}

TEST_F(JobDirectoryTest, AnUnfinishedRunIsTakenOverWhenNobodyIsAtWorkOnIt) {
  {
    UnfinishedRun run =
        UnfinishedRun::begin(repository_, {.stages = {"a", "b"}, .executor = "slurm", .keep_going = true});
    EXPECT_TRUE(UnfinishedRun::is_somebody_at_work(repository_));
    EXPECT_TRUE(UnfinishedRun::take_over(repository_).empty());
  }
  EXPECT_FALSE(UnfinishedRun::is_somebody_at_work(repository_));
  auto left = UnfinishedRun::take_over(repository_);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left.front().intent().stages, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(left.front().intent().keep_going);
  left.front().finish();
  EXPECT_FALSE(JobDirectory::are_there(repository_));
}

}  // namespace
}  // namespace dvx
