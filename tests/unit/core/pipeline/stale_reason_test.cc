#include "core/pipeline/stale_reason.h"
#include "core/formats/stage_key.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace dvx {
namespace {

using Json = nlohmann::json;

Json sample() {
  return {{"version", 1},
          {"commands", {"python3 train.py"}},
          {"wdir", ""},
          {"deps", {{"data", "tree:aa"}, {"train.py", "file:bb"}}},
          {"params", {{"params.yaml", {{"train", {{"C", 1.0}, {"kind", "l2"}}}}}}},
          {"env", {{"A", "1"}}},
          {"tools", {{"python3 --version", "Python 3.11.2"}}},
          {"outs", {{"model.pkl", {{"cache", true}, {"persist", false}}}}}};
}

TEST(StaleReason, EqualKeysGiveNone) {
  EXPECT_TRUE(compare_keys(sample(), sample()).empty());
}

TEST(StaleReason, NamesTheParamInsideOfAMapWithOldAndNewValue) {
  Json now = sample();
  now["params"]["params.yaml"]["train"]["C"] = 0.5;
  const auto reasons = compare_keys(sample(), now);
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reasons[0], (StaleReason{ReasonKind::Param, "train.C", "params.yaml", "1.0", "0.5"}));
  EXPECT_EQ(describe(reasons[0]), "param params.yaml:train.C: 1.0 → 0.5");
}

TEST(StaleReason, TellsNewFromGoneFromChanged) {
  Json now = sample();
  now["deps"].erase("data");
  now["deps"]["more"] = "file:cc";
  now["deps"]["train.py"] = "file:dd";
  const auto reasons = compare_keys(sample(), now);
  ASSERT_EQ(reasons.size(), 3U);
  EXPECT_EQ(describe(reasons[0]), "dependency data is gone, was aa");
  EXPECT_EQ(describe(reasons[1]), "dependency more is new: cc");
  EXPECT_EQ(describe(reasons[2]), "dependency train.py: bb → dd");
}

Json with_param(const Json& value) {
  Json key = sample();
  key["params"]["params.yaml"] = {{"v", value}};
  return key;
}

// The JSON library takes 1 and 1.0 for equal, and the keys do not.
TEST(StaleReason, ShowsTypesWhereTextsAreEqual) {
  struct Case {
    Json before, after;
    const char* told;
  };
  const Case cases[] = {
      {1, 1.0, "1 → 1.0"},
      {15.0, 15, "15.0 → 15"},
      {-0.0, 0.0, "-0.0 → 0.0"},
      {{1, 2}, {1, 2.0}, "[1,2] → [1,2.0]"},
      {true, "true", "true → \"true\""},
      {"1", 1, "\"1\" → 1"},
      {nullptr, "null", "null → \"null\""},
      {"", "a", "\"\" → a"},
      {"a", "", "a → \"\""},
      {{1, "2"}, {1, 2}, "[1,\"2\"] → [1,2]"},
  };
  for (const Case& each : cases) {
    const auto reasons = compare_keys(with_param(each.before), with_param(each.after));
    ASSERT_EQ(reasons.size(), 1U) << each.told;
    EXPECT_EQ(describe(reasons[0]), std::string("param params.yaml:v: ") + each.told);
  }
}

TEST(StaleReason, TellsNullFromAbsent) {
  Json without = with_param(nullptr);
  without["params"]["params.yaml"].erase("v");
  without["params"]["params.yaml"]["w"] = 1;
  Json with = without;
  with["params"]["params.yaml"]["v"] = nullptr;
  const auto reasons = compare_keys(without, with);
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(describe(reasons[0]), "param params.yaml:v is new: null");
}

TEST(StaleReason, TellsAnEmptyVariableFromNone) {
  Json before = sample(), after = sample();
  before["env"]["A"] = "";
  EXPECT_EQ(describe(compare_keys(before, after).at(0)), "env A: \"\" → 1");
  before["env"].erase("A");
  EXPECT_EQ(describe(compare_keys(before, after).at(0)), "env A is new: 1");
}

TEST(StaleReason, TellsAChangedModeOfTheSameBytes) {
  Json now = sample();
  now["deps"]["train.py"] = "executable:bb";
  EXPECT_EQ(describe(compare_keys(sample(), now).at(0)), "dependency train.py: file bb → executable bb");
}

TEST(StaleReason, TellsTwoCommandsFromOneOfTwoLines) {
  Json before = sample(), now = sample();
  before["commands"] = {"a", "b"};
  now["commands"] = {"a\nb"};
  now["stops"] = "at failing line";
  const auto reasons = compare_keys(before, now);
  // The stop at a failing line came with the command that has lines, so it is no reason of its own.
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(describe(reasons[0]), R"(command: ["a","b"] → ["a\nb"])");
}

TEST(StaleReason, TellsThatALineThatFailsCountsNow) {
  Json now = sample();
  now["stops"] = "at failing line";
  const auto reasons = compare_keys(sample(), now);
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reason_name(reasons[0].kind), "failing-line");
}

TEST(StaleReason, TellsThatNoRunMadeWhatIsRecorded) {
  Json recorded = {{"version", 1}, {"commands", Json::array()}, {"recorded", {{"out", "file:aa"}}}};
  const auto reasons = compare_keys(recorded, sample());
  ASSERT_EQ(reasons.size(), 1U);
  EXPECT_EQ(reason_name(reasons[0].kind), "recorded");
}

TEST(StaleReason, NamesCommandEnvironmentAndTool) {
  Json now = sample();
  now["commands"] = {"python3 train.py -v"};
  now["env"]["A"] = "2";
  now["tools"]["python3 --version"] = "Python 3.12.0";
  const auto reasons = compare_keys(sample(), now);
  ASSERT_EQ(reasons.size(), 3U);
  EXPECT_EQ(describe(reasons[0]), "command: python3 train.py → python3 train.py -v");
  EXPECT_EQ(describe(reasons[1]), "env A: 1 → 2");
  EXPECT_EQ(describe(reasons[2]), "tool 'python3 --version': Python 3.11.2 → Python 3.12.0");
}

TEST(StaleReason, LockStandsInForARecord) {
  LockedStage locked;
  locked.commands = {"python3 train.py"};
  *locked.params = {{"params.yaml", {{"train", {{"C", 1.0}, {"kind", "l1"}}}}}};
  *locked.environment = {{"env", {{"A", "1"}}}, {"tools", {{"python3 --version", "Python 3.11.2"}}}};
  const auto reasons = compare_keys(key_fields_of_lock(locked, sample()), sample());
  ASSERT_EQ(reasons.size(), 3U);  // two dependencies that the lock lacks, and the param
  EXPECT_EQ(reasons[2].what, "train.kind");
}

TEST(StaleReason, NamesImportedCode) {
  Json old_key = sample(), now = sample();
  old_key["imports"] = {{"src/a.py", "file:aa"}, {"src/b.py", "file:bb"}};
  now["imports"] = {{"src/a.py", "file:cc"}, {"src/c.py", "file:dd"}};
  const auto reasons = compare_keys(old_key, now);
  ASSERT_EQ(reasons.size(), 3U);
  EXPECT_EQ(describe(reasons[0]), "import src/a.py: changed");
  EXPECT_EQ(describe(reasons[1]), "import src/b.py: is gone");
  EXPECT_EQ(describe(reasons[2]), "import src/c.py: is new");
  EXPECT_EQ(reason_name(reasons[0].kind), "import");
}

}  // namespace
}  // namespace dvx
