#include "core/execution/slurm/slurm_client.h"

#include <gtest/gtest.h>

#include "core/execution/slurm/job_trouble.h"

namespace dvx {
namespace {

TEST(ParseSqueue, OneJobALine) {
  const auto jobs = parse_squeue(
      "17|PENDING|Dependency||20260131T120000.123-5b1f0c9a\n"
      "9|RUNNING|None|n[1-2]|it | says\n"
      "\n"
      "rubbish\n"
      "8|TIMEOUT|TimeLimit|n1|(null)");
  ASSERT_EQ(jobs.size(), 3u);
  EXPECT_EQ(jobs[0].id, "17");
  EXPECT_TRUE(jobs[0].is_waiting());
  EXPECT_FALSE(jobs[0].has_ended());
  EXPECT_EQ(jobs[0].reason, "Dependency");
  EXPECT_EQ(jobs[0].comment, "20260131T120000.123-5b1f0c9a");
  EXPECT_EQ(jobs[1].nodes, "n[1-2]");
  EXPECT_EQ(jobs[1].comment, "it | says");
  EXPECT_FALSE(jobs[1].has_ended());
  EXPECT_TRUE(jobs[2].has_ended());
}

TEST(SlurmError, SaysWhatSbatchSaidAndWhatToDo) {
  struct Case {
    const char* complaint;
    ErrorKind kind;
    const char* message;
  };
  const Case cases[] = {
      {"sbatch: error: invalid partition specified: nope\n"
       "sbatch: error: Batch job submission failed: Invalid partition name specified\n",
       ErrorKind::Config, "sbatch refuses: Invalid partition name specified"},
      {"sbatch: error: If munged is up, restart with --num-threads=10\n"
       "sbatch: error: Munge encode failed: Failed to access \"/run/munge\": No such file or directory\n",
       ErrorKind::Authentication,
       "sbatch: Munge encode failed: Failed to access \"/run/munge\": No such file or directory"},
      {"sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)\n",
       ErrorKind::Network, "sbatch: Unable to contact slurm controller (connect failure)"},
  };
  for (const Case& one : cases) {
    const Error error = slurm_error("sbatch", one.complaint);
    EXPECT_EQ(error.kind(), one.kind) << one.complaint;
    EXPECT_EQ(error.message(), one.message);
    EXPECT_NE(error.hint(), "");
  }
}

TEST(JobTrouble, IsToldByTheStateOrByWhatSlurmPrinted) {
  const auto message = [](const char* state, const char* output) {
    const QueuedJob queued{.id = "7", .state = state, .reason = {}, .comment = {}, .nodes = {}};
    return job_trouble({.job = "7", .queued = *state == 0 ? nullptr : &queued, .printed = output}).message;
  };
  EXPECT_EQ(message("TIMEOUT", ""), "its job 7 was ended by Slurm: its time was up");
  EXPECT_EQ(
      message("",
              "slurmstepd: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-31T12:00:00 DUE TO TIME LIMIT ***\n"),
      "its job 7 was ended by Slurm: its time was up");
  EXPECT_EQ(message("", "slurmstepd-n1: error: *** JOB 7 ON n1 CANCELLED AT 2026-01-31T12:00:00 ***\n"),
            "its job 7 was cancelled");
  EXPECT_EQ(message("OUT_OF_MEMORY", ""), "its job 7 was ended by Slurm: out of memory");
  EXPECT_EQ(message("NODE_FAIL", ""), "the node of its job 7 failed");
  EXPECT_EQ(message("FAILED", "one\n/bin/sh: 1: exec: /x/dvx: not found\n"),
            "its job 7 ended without a result: /bin/sh: 1: exec: /x/dvx: not found");
  EXPECT_EQ(message("", ""), "its job 7 ended without a result");
}

TEST(FindInQueue, OfAnArrayWhatRunsComesFirst) {
  const auto job = [](const char* id, const char* state, const char* comment) {
    return QueuedJob{.id = id, .state = state, .reason = {}, .comment = comment, .nodes = {}};
  };
  const std::vector<QueuedJob> queue = {job("7", "COMPLETED", "a"), job("7", "PENDING", "a"),
                                        job("7", "RUNNING", "a"), job("8", "COMPLETED", "b"),
                                        job("8", "PENDING", "b")};
  EXPECT_EQ(find_in_queue(queue, "7", "")->state, "RUNNING");
  EXPECT_EQ(find_in_queue(queue, "", "b")->state, "PENDING")
      << "by the submission, where the id is not known";
  EXPECT_EQ(find_in_queue(queue, "9", "a"), nullptr);
}

}  // namespace
}  // namespace dvx
