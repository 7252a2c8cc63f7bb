#include "core/formats/text/yaml_anchors.h"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {
namespace {

std::string json_of(const std::string& text) {
  return yaml_to_json(parse_yaml(text, "x.yaml")).dump();
}

std::string anchor_failure(const std::string& text) {
  try {
    parse_yaml(text, "x.yaml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return error.message();
  }
  return "accepted";
}

TEST(YamlAnchors, AliasesAreTheValueTheyName) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a: &x [1, 2]\nb: *x\n", R"({"a":[1,2],"b":[1,2]})"},
      {"a: &x\n  - 1\nb: [*x, *x]\n", R"({"a":[1],"b":[[1],[1]]})"},
      {"a: &x {b: 1}\nc:\n  - *x\n", R"({"a":{"b":1},"c":[{"b":1}]})"},
      {"a: &x\n  b: 1\nc: *x\n", R"({"a":{"b":1},"c":{"b":1}})"},
      {"a: &x 1\nb: *x\nc: &x 2\nd: *x\n", R"({"a":1,"b":1,"c":2,"d":2})"},
      {"a: &x\nb: *x\n", R"({"a":null,"b":null})"},
      {"a: &x 'q'\nb: &y |\n  two\n  lines\nc: [*x, *y]\n",
       R"({"a":"q","b":"two\nlines\n","c":["q","two\nlines\n"]})"},
      {"&k a: 1\nb: *k\n", R"({"a":1,"b":"a"})"},
      {"a: &k b\n*k : 1\n", R"({"a":"b","b":1})"},
      {"a: &x [&y {c: 1}]\nb: [*y, *x]\n", R"({"a":[{"c":1}],"b":[{"c":1},[{"c":1}]]})"},
      {"- &x 1\n- *x\n", "[1,1]"}};
  for (const auto& [text, json] : cases) EXPECT_EQ(json_of(text), json) << text;
}

TEST(YamlAnchors, MergeKeysBringFields) {
  const std::string two = "d: &d {x: 1, y: 2}\nf: &f {x: 5, z: 6}\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"e: {<<: *d, y: 3}\n", R"({"x":1,"y":3})"},
      {"e: {y: 3, <<: *d}\n", R"({"x":1,"y":3})"},
      {"e:\n  <<: *d\n  w: 3\n", R"({"w":3,"x":1,"y":2})"},
      {"e: {<<: [*d, *f], w: 3}\n", R"({"w":3,"x":1,"y":2,"z":6})"},
      {"e: {<<: [*f, *d], w: 3}\n", R"({"w":3,"x":5,"y":2,"z":6})"},
      {"e: {<<: {x: 7}}\n", R"({"x":7})"},
      {"g: &g {<<: *d, y: 9}\ne: {<<: *g}\n", R"({"x":1,"y":9})"},
      {"e: {'<<': *d}\n", R"({"<<":{"x":1,"y":2}})"}};
  for (const auto& [text, json] : cases)
    EXPECT_EQ(yaml_to_json(*parse_yaml(two + text, "x.yaml").find("e")).dump(), json) << text;
}

// A map in a command becomes arguments in this order.
TEST(YamlAnchors, MergedFieldsComeFirstAndInTheirOrder) {
  const YamlNode root =
      parse_yaml("d: &d {x: 1, y: 2}\nf: &f {x: 5, z: 6}\ne: {w: 3, <<: [*d, *f], z: 0}\n", "x.yaml");
  std::string names;
  for (const auto& [name, value] : root.find("e")->fields()) names += name.scalar();
  EXPECT_EQ(names, "xzyw");
}

TEST(YamlAnchors, SaysWhereAnAliasIsWrong) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a: *x\n", "x.yaml:1:4: no anchor '&x' before this alias"},
      {"a: *x\nb: &x 1\n", "x.yaml:1:4: no anchor '&x' before this alias"},
      {"a: &x [1, *x]\n", "x.yaml:1:11: the alias '*x' stands within '&x' itself"},
      {"a: &x 1\nb: &x {c: *x}\n", "x.yaml:2:11: the alias '*x' stands within '&x' itself"},
      {"a: &x {<<: *x}\n", "stands within '&x' itself"},
      {"a: {<<: 1}\n", "x.yaml:1:9: a merge key ('<<') takes a map or a list of maps, not a number"},
      {"a: {<<: [{b: 1}, 2]}\n",
       "x.yaml:1:18: a merge key ('<<') takes a map or a list of maps, not a number"},
      {"a: {<<: , b: 1}\n", "takes a map or a list of maps, not nothing"},
      {"a: {<<: {b: 1}, <<: {c: 1}}\n", "the key '<<' is given twice"},
      {"a: &k [1]\n*k : 1\n", "x.yaml:2:1: a list cannot be a key"}};
  for (const auto& [text, message] : cases)
    EXPECT_NE(anchor_failure(text).find(message), std::string::npos) << text << "\n" << anchor_failure(text);
}

TEST(YamlAnchors, RefusesTextsThatMeanTooMuch) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 10; ++level) {
    bomb += fmt::format("a{0}: &a{0} [", level);
    for (int i = 0; i < 10; ++i) bomb += fmt::format("{}*a{}", i == 0 ? "" : ", ", level - 1);
    bomb += "]\n";
  }
  EXPECT_NE(anchor_failure(bomb).find("x.yaml:6:"), std::string::npos) << anchor_failure(bomb);
  EXPECT_NE(anchor_failure(bomb).find("more of this text than one file may hold"), std::string::npos);

  std::string long_text = "a: &a " + std::string(1 << 20, 'x') + "\nb:\n";
  for (int i = 0; i < 200; ++i) long_text += "  - *a\n";
  EXPECT_NE(anchor_failure(long_text).find("more of this text than one file may hold"), std::string::npos);

  std::string deep = "a0: &a0 [x]\n";
  for (int level = 1; level < 100; ++level) deep += fmt::format("a{0}: &a{0} [*a{1}]\n", level, level - 1);
  EXPECT_NE(anchor_failure(deep).find("nested more than 60 levels deep"), std::string::npos)
      << anchor_failure(deep);
}

TEST(YamlAnchors, ManySmallOnesAreFine) {
  std::string text = "d: &d {deps: [a, b, c], frozen: true}\nstages:\n";
  for (int i = 0; i < 20000; ++i) text += fmt::format("  s{}: {{<<: *d, cmd: x}}\n", i);
  EXPECT_EQ(parse_yaml(text, "x.yaml").find("stages")->fields().size(), 20000U);
}

TEST(YamlAnchors, WhatIsSharedSaysSo) {
  const YamlNode root = parse_yaml("a: &x {b: [1]}\nc: *x\nd: {<<: *x, e: 1}\nf: &unused {g: 1}\n", "x.yaml");
  EXPECT_TRUE(root.find("a")->is_shared());
  EXPECT_TRUE(root.find("a")->find("b")->items()[0].is_shared());
  EXPECT_TRUE(root.find("c")->is_shared());
  EXPECT_EQ(root.find("c")->begin().line, 2U);
  EXPECT_EQ(root.find("c")->begin().column, 4U);
  EXPECT_EQ(root.find("c")->find("b")->begin().line, 1U);
  EXPECT_FALSE(root.find("d")->is_shared());
  EXPECT_TRUE(root.find("d")->find("b")->is_shared());
  EXPECT_FALSE(root.find("d")->find("e")->is_shared());
  EXPECT_FALSE(root.find("f")->is_shared());
}

TEST(YamlAnchors, MistakesInWhatIsSharedAreShownWhereItIsWritten) {
  const std::string text =
      "vars:\n  - base: &base\n      cmd: echo\n      dep: [x]\nstages:\n  a:\n    <<: *base\n";
  try {
    parse_pipeline(text, "dvx.yaml");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "dvx.yaml:4:7: stage 'a': unknown field 'dep'");
  }
}

Stage new_stage() {
  Stage stage;
  stage.name = "new";
  stage.commands = {"echo new"};
  return stage;
}

TEST(YamlAnchors, StagesAreAddedBesideAnchors) {
  const std::string text =
      "stages:\n  a: &a\n    cmd: echo a   # said once\n    deps: &deps [x, y]\n\n  b:\n    <<: *a\n    cmd: "
      "echo b\n\n"
      "  c: *a\n\nmetrics: [m]\n";
  const std::string added = add_stage_to_text(text, "dvx.yaml", new_stage());
  EXPECT_EQ(added,
            "stages:\n  a: &a\n    cmd: echo a   # said once\n    deps: &deps [x, y]\n\n  b:\n    <<: *a\n   "
            " cmd: echo b\n\n"
            "  c: *a\n\n  new:\n    cmd: echo new\n\nmetrics: [m]\n");
  const std::string merged = "vars:\n  - more: &more\n      a: {cmd: echo a}\nstages:\n  <<: *more\n";
  EXPECT_EQ(add_stage_to_text(merged, "dvx.yaml", new_stage()), merged + "  new:\n    cmd: echo new\n");
}

TEST(YamlAnchors, NoStageIsAddedToWhatIsShared) {
  const std::string text = "vars:\n  - more: &more\n      a: {cmd: echo a}\nstages: *more\n";
  try {
    add_stage_to_text(text, "dvx.yaml", new_stage());
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("dvx.yaml:4:9: 'stages' is shared by an anchor"), std::string::npos)
        << error.message();
  }
}

}  // namespace
}  // namespace dvx
