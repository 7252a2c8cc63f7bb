#include "core/pipeline/plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/formats/stage_key.h"

namespace dvx {
namespace {

DataRef some_file(const std::string& content) {
  return {DataKind::File, ObjectId::of(content), content.size(), 1, false};
}

Stage make_stage(const std::string& name, const std::string& dep, const std::string& out) {
  Stage stage;
  stage.name = name;
  stage.commands = {"make " + out};
  stage.deps = {{dep, ""}};
  stage.outs = {{.path = out, .remote = {}, .schema = {}}};
  return stage;
}

// a: raw → mid, b: mid → end. Both have run and are as the lock says, until a test changes something.
class PlanTest : public testing::Test {
 protected:
  PlanTest() : a(make_stage("a", "raw", "mid")), b(make_stage("b", "mid", "end")) {
    here = {{"raw", some_file("raw")}, {"mid", some_file("mid")}, {"end", some_file("end")}};
    locked_a = lock(a, "raw", "mid");
    locked_b = lock(b, "mid", "end");
    lookup.last_key = [](const LockedStage& locked, const nlohmann::json& now) {
      return key_fields_of_lock(locked, now);
    };
    lookup.restorable = [this](const Stage&, const ObjectId& key,
                               const Contents&) -> std::optional<CachedRun> {
      const auto found = cache.find(key);
      return found == cache.end() ? std::nullopt : std::optional(found->second);
    };
  }

  LockedStage lock(const Stage& stage, const std::string& dep, const std::string& out) {
    LockedStage entry;
    entry.key = key_of(stage, some_file(dep));
    entry.commands = stage.commands;
    entry.deps = {{stage.deps[0].path, some_file(dep)}};
    entry.outs = {{stage.outs[0].path, some_file(out)}};
    entry.params = nlohmann::json::object();
    *entry.environment = {{"env", nlohmann::json::object()}, {"tools", nlohmann::json::object()}};
    return entry;
  }

  static ObjectId key_of(const Stage& stage, const DataRef& dep) {
    StageInputs inputs;
    inputs.deps = {{stage.deps[0].path, dep}};
    return stage_key(stage_key_fields(stage, inputs));
  }

  PlanStage planned(const Stage& stage, const std::optional<LockedStage>& locked,
                    std::vector<std::size_t> upstream) {
    PlanStage result;
    result.facts.stage = &stage;
    result.facts.locked = locked ? &*locked : nullptr;
    for (const auto& path : {stage.deps[0].path, stage.outs[0].path})
      result.facts.contents[path] = here.at(path);
    result.facts.force = force;
    result.upstream = std::move(upstream);
    return result;
  }

  Plan plan() {
    return make_plan({.stages = {planned(a, locked_a, {}), planned(b, locked_b, {0})}, .lookup = lookup});
  }
  static ReasonKind first(const StageDecision& decision) { return decision.reasons.at(0).kind; }

  Stage a, b;
  Contents here;
  std::optional<LockedStage> locked_a, locked_b;
  std::map<ObjectId, CachedRun> cache;
  RunLookup lookup;
  Force force = Force::No;
};

TEST_F(PlanTest, LeavesAloneWhatIsAsRecorded) {
  const Plan result = plan();
  EXPECT_EQ(result.stages[0].decision.action, StageAction::UpToDate);
  EXPECT_EQ(result.stages[1].decision.action, StageAction::UpToDate);
}

TEST_F(PlanTest, RunsWhatChangedAndForeseesTheRest) {
  here["raw"] = some_file("other");
  const Plan result = plan();
  EXPECT_EQ(result.stages[0].decision.action, StageAction::Run);
  EXPECT_EQ(first(result.stages[0].decision), ReasonKind::Dependency);
  EXPECT_EQ(result.stages[1].decision.action, StageAction::Run);
  EXPECT_EQ(first(result.stages[1].decision), ReasonKind::Upstream);
}

TEST_F(PlanTest, RestoresAKnownRunAndPlansOnWithItsOutputs) {
  here["raw"] = some_file("other");
  cache[key_of(a, some_file("other"))] = {ObjectId::of("run"), {{"mid", some_file("mid"), true}}};
  const Plan result = plan();
  EXPECT_EQ(result.stages[0].decision.action, StageAction::Restore);
  EXPECT_EQ(result.stages[1].decision.action, StageAction::UpToDate);
}

TEST_F(PlanTest, MissingOutputIsMadeAgain) {
  here["end"] = std::nullopt;
  const Plan result = plan();
  EXPECT_EQ(result.stages[1].decision.action, StageAction::Run);
  EXPECT_EQ(first(result.stages[1].decision), ReasonKind::OutputMissing);
}

TEST_F(PlanTest, OutputChangedByHandIsMadeAgain) {
  here["end"] = some_file("by hand");
  EXPECT_EQ(first(plan().stages[1].decision), ReasonKind::OutputModified);
}

TEST_F(PlanTest, MissingInputBlocks) {
  here["raw"] = std::nullopt;
  const Plan result = plan();
  EXPECT_EQ(result.stages[0].decision.action, StageAction::Blocked);
  EXPECT_EQ(result.stages[1].decision.action, StageAction::Blocked);
}

TEST_F(PlanTest, NeverRunAlwaysChangedAndForcedRun) {
  locked_a.reset();
  b.always_changed = true;
  Plan result = plan();
  EXPECT_EQ(first(result.stages[0].decision), ReasonKind::NeverRun);
  EXPECT_EQ(first(result.stages[1].decision), ReasonKind::AlwaysChanged);
  force = Force::Yes;
  result = plan();
  EXPECT_EQ(first(result.stages[0].decision), ReasonKind::Forced);
}

TEST_F(PlanTest, FrozenStageDoesNotLookAtItsInputs) {
  a.frozen = true;
  here["raw"] = std::nullopt;
  const Plan result = plan();
  EXPECT_EQ(result.stages[0].decision.action, StageAction::Frozen);
  EXPECT_EQ(result.stages[1].decision.action, StageAction::UpToDate);
}

TEST_F(PlanTest, FrozenStageTellsWhatIsNotRecorded) {
  a.frozen = true;
  StageFacts facts = planned(a, std::nullopt, {}).facts;
  const StageDecision never_recorded = decide_stage(facts, lookup);
  EXPECT_EQ(never_recorded.action, StageAction::Frozen);
  ASSERT_EQ(never_recorded.reasons.size(), 1U);
  EXPECT_EQ(never_recorded.reasons[0].kind, ReasonKind::OutputUnrecorded);
  facts.locked = &*locked_a;
  EXPECT_TRUE(decide_stage(facts, lookup).reasons.empty());
  facts.contents["mid"] = some_file("by hand");
  EXPECT_EQ(decide_stage(facts, lookup).reasons.at(0).kind, ReasonKind::OutputModified);
}

TEST_F(PlanTest, FaultOfOneStageBlocksItAlone) {
  PlanInput input{.stages = {planned(a, locked_a, {}), planned(b, locked_b, {})}, .lookup = lookup};
  input.stages[0].facts.fault = Error(ErrorKind::Config, "params.yaml:1:1: wrong", "mend it");
  const Plan plan = make_plan(input);
  EXPECT_EQ(plan.stages[0].decision.action, StageAction::Blocked);
  EXPECT_EQ(describe(plan.stages[0].decision.reasons.at(0)), "params.yaml:1:1: wrong");
  EXPECT_EQ(plan.stages[0].decision.fault->hint(), "mend it");
  EXPECT_EQ(plan.stages[1].decision.action, StageAction::UpToDate);
}

// As on a fresh clone: nothing is here, but it is known what it was.
TEST_F(PlanTest, MissingDataThatWasAsRecordedIsNoReasonWhenAllowed) {
  for (auto& [path, data] : here) data.reset();
  PlanInput input{.stages = {planned(a, locked_a, {}), planned(b, locked_b, {0})}, .lookup = lookup};
  EXPECT_EQ(make_plan(input).stages[0].decision.action, StageAction::Blocked);
  input.stages[0].facts.absent = {{"raw", some_file("raw")}};
  input.stages[1].facts.absent = {{"mid", some_file("mid")}};
  for (const PlannedStage& stage : make_plan(input).stages)
    EXPECT_EQ(stage.decision.action, StageAction::UpToDate) << stage.name;
  input.stages[0].facts.absent = {{"raw", some_file("another")}};
  EXPECT_EQ(make_plan(input).stages[0].decision.action, StageAction::Blocked);
}

TEST_F(PlanTest, MissingOutputsAreNoReasonWhenAllowedButOtherOnesAre) {
  here["end"].reset();
  PlanInput input{.stages = {planned(b, locked_b, {})}, .lookup = lookup};
  EXPECT_EQ(first(make_plan(input).stages[0].decision), ReasonKind::OutputMissing);
  input.stages[0].facts.absent.emplace();
  EXPECT_EQ(make_plan(input).stages[0].decision.action, StageAction::UpToDate);
  input.stages[0].facts.contents["end"] = some_file("other");
  EXPECT_EQ(first(make_plan(input).stages[0].decision), ReasonKind::OutputModified);
}

TEST_F(PlanTest, WhatComesAfterAStageThatRunsCanBeForced) {
  here["raw"] = some_file("new");
  cache[key_of(a, some_file("new"))] = {.id = ObjectId::of("run"), .outs = {{"mid", some_file("mid"), true}}};
  PlanInput input{.stages = {planned(a, locked_a, {}), planned(b, locked_b, {0})}, .lookup = lookup};
  EXPECT_EQ(make_plan(input).stages[1].decision.action, StageAction::UpToDate);
  input.downstream = Downstream::Forced;
  const StageDecision decision = make_plan(input).stages[1].decision;
  EXPECT_EQ(decision.action, StageAction::Run);
  EXPECT_EQ(first(decision), ReasonKind::Forced);
  EXPECT_EQ(decision.reasons[0].what, "a");
}

}  // namespace
}  // namespace dvx
