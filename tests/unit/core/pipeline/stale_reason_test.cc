#include "core/pipeline/stale_reason.h"

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
  locked.params = {{"params.yaml", {{"train", {{"C", 1.0}, {"kind", "l1"}}}}}};
  locked.environment = {{"env", {{"A", "1"}}}, {"tools", {{"python3 --version", "Python 3.11.2"}}}};
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
