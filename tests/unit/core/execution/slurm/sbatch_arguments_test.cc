#include "core/execution/slurm/sbatch_arguments.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dvx {
namespace {

using std::chrono::milliseconds;

class SbatchArgumentsTest : public testing::Test {
 protected:
  std::vector<std::string> arguments() {
    request_.stage = &stage_;
    return sbatch_arguments(request_, settings_);
  }
  bool has(const std::string& argument) {
    const auto all = arguments();
    return std::ranges::find(all, argument) != all.end();
  }
  bool has_any(const std::string& start) {
    return std::ranges::any_of(arguments(), [&](const std::string& one) { return one.starts_with(start); });
  }

  Stage stage_;
  SbatchRequest request_;
  SlurmSettings settings_;
};

TEST_F(SbatchArgumentsTest, AStageThatAsksForNothingGetsOneProcessor) {
  stage_.name = "models:train@eu";
  request_.id = "20260131T120000.123-5b1f0c9a";
  request_.output_file = "/data/100%/slurm.out";
  request_.directory = "/data/100%";
  EXPECT_EQ(arguments(),
            (std::vector<std::string>{"--parsable", "--export=NONE", "--job-name=dvx:models:train@eu",
                                      "--comment=20260131T120000.123-5b1f0c9a", "--chdir=/data/100%",
                                      "--output=/data/100%%/slurm.out", "--open-mode=append", "--nodes=1",
                                      "--ntasks=1", "--cpus-per-task=1"}));
}

TEST_F(SbatchArgumentsTest, ResourcesAreMapped) {
  stage_.demands = {.cpus = 8, .gpus = 2, .memory = (std::uint64_t{1} << 30) + 1};
  EXPECT_TRUE(has("--cpus-per-task=8"));
  EXPECT_TRUE(has("--mem=1025M"));
  EXPECT_TRUE(has("--gpus=2"));
  EXPECT_FALSE(has_any("--time"));
}

TEST_F(SbatchArgumentsTest, TheTimeIsThatOfAllAttemptsAndOfHashing) {
  stage_.demands.timeout = milliseconds(90'000);
  EXPECT_TRUE(has("--time=0-00:12:00"));
  stage_.demands.retries = 2;
  EXPECT_TRUE(has("--time=0-00:15:00"));
}

TEST_F(SbatchArgumentsTest, JobsBeforeAndBesideAreDependencies) {
  EXPECT_FALSE(has_any("--dependency"));
  request_.after = {"17", "18"};
  EXPECT_TRUE(has("--dependency=afterok:17:18"));
  EXPECT_TRUE(has("--kill-on-invalid-dep=yes"));
  request_.beside = {"9"};
  EXPECT_TRUE(has("--dependency=afterok:17:18,afterany:9"));
  request_.after.clear();
  EXPECT_TRUE(has("--dependency=afterany:9"));
}

TEST_F(SbatchArgumentsTest, WhatTheUserSaysComesLast) {
  settings_.account = "vision";
  settings_.partition = "gpu";
  settings_.options = {"--qos=long", "--mem=1M"};
  const auto all = arguments();
  EXPECT_TRUE(has("--account=vision"));
  EXPECT_EQ((std::vector<std::string>(all.end() - 3, all.end())),
            (std::vector<std::string>{"--partition=gpu", "--qos=long", "--mem=1M"}));
}

TEST_F(SbatchArgumentsTest, AnArrayHasATaskForEachNumber) {
  request_.array = 12;
  EXPECT_TRUE(has("--array=0-11"));
}

TEST(SlurmTime, IsInWholeMinutesRoundedUp) {
  EXPECT_EQ(slurm_time(milliseconds(1)), "0-00:01:00");
  EXPECT_EQ(slurm_time(milliseconds(60'000)), "0-00:01:00");
  EXPECT_EQ(slurm_time(std::chrono::hours(26) + std::chrono::minutes(3)), "1-02:03:00");
}

TEST(SplitWords, QuotesKeepTogether) {
  using Words = std::vector<std::string>;
  EXPECT_EQ(split_words(""), Words{});
  EXPECT_EQ(split_words("  --qos=long\t-p  x "), (Words{"--qos=long", "-p", "x"}));
  EXPECT_EQ(split_words("--constraint='a & b' \"\""), (Words{"--constraint=a & b", ""}));
  EXPECT_EQ(split_words("a\"b'c\"d"), (Words{"ab'cd"}));
  EXPECT_EQ(split_words("'open"), std::nullopt);
}

}  // namespace
}  // namespace dvx
