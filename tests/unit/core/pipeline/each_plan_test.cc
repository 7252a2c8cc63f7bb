#include "core/pipeline/each_plan.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/error.h"

namespace dvx {
namespace {

FileState file(const std::string& content) {
  return {EntryKind::File, content.size(), ObjectId::of(content)};
}

// in/* → out/{stem}; inputs a, b, c were run and are as they were, until a test changes something.
class EachPlanTest : public testing::Test {
 protected:
  EachPlan plan() {
    EachFacts facts;
    for (const auto& [path, content] : inputs) facts.inputs.emplace_back(path, file(content));
    facts.past = [this](const EachItem& item) -> ItemPast {
      const auto found = past.find(item.in);
      if (found == past.end()) return {};
      const bool is_same = file(found->second) == item.input;
      return {true, is_same ? std::optional(file("made of " + found->second)) : std::nullopt};
    };
    facts.present = [this](const std::string& path) -> std::optional<FileState> {
      const auto found = outputs.find(path);
      return found == outputs.end() ? std::nullopt : std::optional(file(found->second));
    };
    facts.is_stored = [this](const FileState& state) { return stored.contains(state.id); };
    facts.walk_outputs = [this](const auto& visit) {
      for (const auto& [path, content] : outputs) visit(path, EntryKind::File);
    };
    return make_each_plan(EachMapping({.in = "in/*", .out = output}), facts);
  }

  static std::string told(const EachPlan& plan) {
    std::string text;
    for (const ItemToRun& each : plan.run)
      text += each.item.in + " " + std::string(item_reason_name(each.reason)) + "; ";
    for (const ItemToRestore& each : plan.restore) text += "restore " + each.out + "; ";
    for (const std::string& path : plan.remove) text += "remove " + path + "; ";
    return text;
  }

  std::string output = "out/{stem}";
  std::map<std::string, std::string> inputs = {{"in/a.x", "a"}, {"in/b.x", "b"}, {"in/c.x", "c"}};
  std::map<std::string, std::string> past = inputs;
  std::map<std::string, std::string> outputs = {
      {"out/a", "made of a"}, {"out/b", "made of b"}, {"out/c", "made of c"}};
  std::set<ObjectId> stored;
};

TEST_F(EachPlanTest, NothingToDoWhenAllIsAsItWas) {
  EXPECT_EQ(told(plan()), "");
  EXPECT_EQ(plan().inputs(), 3U);
}

TEST_F(EachPlanTest, RunsWhatIsNewOrChanged) {
  inputs["in/b.x"] = "other";
  inputs["in/d.x"] = "d";
  EXPECT_EQ(told(plan()), "in/b.x changed; in/d.x new; ");
}

TEST_F(EachPlanTest, RemovesOutputsWithoutAnInput) {
  inputs.erase("in/b.x");
  outputs["out/stray"] = "x";
  EXPECT_EQ(told(plan()), "remove out/b; remove out/stray; ");
}

TEST_F(EachPlanTest, RunsWhatIsLostUnlessItIsStored) {
  outputs.erase("out/a");
  outputs["out/b"] = "tampered";
  outputs["out/c"] = "tampered";
  stored.insert(ObjectId::of("made of b"));
  EXPECT_EQ(told(plan()), "in/a.x output missing; in/c.x output modified; restore out/b; ");
}

TEST_F(EachPlanTest, RefusesOneOutputOfTwoInputs) {
  inputs["in/a.y"] = "a";
  EXPECT_THROW(plan(), Error);
  output = "out/{name}";
  EXPECT_NO_THROW(plan());
}

TEST_F(EachPlanTest, RefusesAnOutputInAnother) {
  output = "out/{ext}/{stem}";
  inputs = {{"in/x", ""}, {"in/y.x", ""}};  // out/x, out/x/y
  EXPECT_THROW(plan(), Error);
}

TEST(EachMapping, HiddenFilesAreInputsOnlyWhereThePatternSaysSo) {
  EXPECT_FALSE(EachMapping({.in = "in/**/*", .out = "o/{name}"}).is_input("in/x/.a"));
  EXPECT_FALSE(EachMapping({.in = "in/**/*", .out = "o/{name}"}).is_input("in/.x/a"));
  EXPECT_TRUE(EachMapping({.in = "in/.*", .out = "o/{name}"}).is_input("in/.a"));
  EXPECT_TRUE(EachMapping({.in = ".in/*", .out = "o/{name}"}).is_input(".in/a"));
}

TEST(EachMapping, LooksNoDeeperThanThePattern) {
  const EachMapping flat({.in = "in/*", .out = "o/{name}"}), deep({.in = "in/**/*", .out = "o/{name}"});
  EXPECT_FALSE(flat.may_hold_inputs("in/x"));
  EXPECT_TRUE(EachMapping({.in = "in/*/a", .out = "o/{dir}"}).may_hold_inputs("in/x"));
  EXPECT_TRUE(deep.may_hold_inputs("in/x/y/z"));
}

TEST(EachMapping, OutputsLieBeneathTheirDirectory) {
  const EachMapping mapping({.in = "in/**/*", .out = "o/{dir}/{stem}"});
  EXPECT_EQ(mapping.output_of("in/a.x"), "o/a");
  EXPECT_EQ(mapping.output_of("in/d/a.x"), "o/d/a");
  EXPECT_THROW(mapping.output_of("in/..x"), Error);     // "o/."
  EXPECT_THROW(mapping.output_of("in/.git.x"), Error);  // "o/.git"
  EXPECT_EQ(EachMapping({.in = "in/*", .out = "o/{{name}}-{name}"}).output_of("in/a"), "o/{name}-a");
}

TEST(OutputSet, KnowsWhatIsTheirs) {
  using enum OutputSet::Place;
  const std::vector<std::string> outputs = {"o/a", "o/d/e/x", "o/d/e/y"};
  OutputSet set(outputs, "o");
  EXPECT_EQ(set.place_of("o/a"), Output);
  EXPECT_EQ(set.place_of("o/d"), Above);
  EXPECT_EQ(set.place_of("o/d/e"), Above);
  EXPECT_EQ(set.place_of("o/d/f"), Foreign);
}

}  // namespace
}  // namespace dvx
