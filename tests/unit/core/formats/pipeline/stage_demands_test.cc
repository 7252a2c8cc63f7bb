#include "core/formats/pipeline/stage_demands.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/quantity.h"

namespace dvx {
namespace {

using std::chrono::milliseconds;

StageDemands read(const std::string& text) {
  return read_stage_demands(parse_yaml(text, "dvx.yaml"), "dvx.yaml", "train");
}

std::string refusal(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    return error.message();
  }
  return "";
}

TEST(StageDemands, NothingIsOneProcessor) {
  EXPECT_EQ(read("cmd: echo"), StageDemands());
}

TEST(StageDemands, AreReadFromTheirFields) {
  const StageDemands demands =
      read("resources: {cpus: 4, memory: 8G, gpus: 2}\nmutex: [net, db, net]\ntimeout: 1h30m\nretries: 3");
  EXPECT_EQ(demands.cpus, 4U);
  EXPECT_EQ(demands.memory, std::uint64_t{8} << 30);
  EXPECT_EQ(demands.gpus, 2U);
  EXPECT_EQ(demands.mutexes, (std::vector<std::string>{"db", "net"}));
  EXPECT_EQ(demands.timeout, std::chrono::minutes(90));
  EXPECT_EQ(demands.retries, 3U);
  EXPECT_EQ(read("mutex: db").mutexes, std::vector<std::string>{"db"});
}

TEST(StageDemands, WhatIsWrongIsToldWithItsPlace) {
  EXPECT_EQ(refusal("resources: 4"), "dvx.yaml:1:12: stage 'train': 'resources' must be a map, not a number");
  EXPECT_EQ(refusal("resources: {cpus: 0}"),
            "dvx.yaml:1:19: stage 'train': 'cpus' must be a whole number, 1 to 1000000");
  EXPECT_EQ(refusal("resources: {cpus: 1.5}"),
            "dvx.yaml:1:19: stage 'train': 'cpus' must be a whole number, 1 to 1000000");
  EXPECT_EQ(refusal("resources: {memory: much}"), "dvx.yaml:1:21: stage 'train': 'memory' must be a size");
  EXPECT_NE(refusal("resources: {cpu: 2}").find("unknown field 'cpu'"), std::string::npos);
  EXPECT_EQ(refusal("timeout: soon"), "dvx.yaml:1:10: stage 'train': 'timeout' must be a time");
  EXPECT_EQ(refusal("timeout: 0"), "dvx.yaml:1:10: stage 'train': 'timeout' must be a time");
  EXPECT_EQ(refusal("retries: -1"),
            "dvx.yaml:1:10: stage 'train': 'retries' must be a whole number, 0 to 1000");
  EXPECT_EQ(refusal("mutex: [3]"), "dvx.yaml:1:9: stage 'train': 'mutex' must be a name or a list of names");
}

TEST(ParseDuration, UnitsAddUp) {
  EXPECT_EQ(parse_duration("90"), milliseconds(90'000));
  EXPECT_EQ(parse_duration("0.25s"), milliseconds(250));
  EXPECT_EQ(parse_duration("1.5m"), milliseconds(90'000));
  EXPECT_EQ(parse_duration("1d2h"), std::chrono::hours(26));
  for (const char* wrong : {"", "s", "-1", "1e9", "1w", "400d", "1 h", "nan", "inf", "0"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

}  // namespace
}  // namespace dvx
