#include "core/formats/pipeline/stage_lists_edit.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace dvx {
namespace {

// Of stage 's' (or `name`), the lists changed.
std::string changed(const std::string& text, const StageListsChange& change, const std::string& name = "s",
                    const std::string& file = "dvx.yaml") {
  for (const Stage& stage : parse_pipeline(text, file).stages) {
    if (stage.name == name) return change_stage_lists(text, file, stage, change);
  }
  return "no such stage";
}

std::string refusal(const std::string& text, const StageListsChange& change, const std::string& name = "s") {
  try {
    return changed(text, change, name);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Blocked);
    return error.message() + " | " + error.hint();
  }
}

const StageListsChange kAdd{.add_deps = {"b", "c"}, .remove_deps = {}, .add_outs = {"o"}};

TEST(StageListsEdit, AddsToListsOfLines) {
  EXPECT_EQ(changed("stages:\n"
                    "  s:\n"
                    "    deps:   # what it reads\n"
                    "      - a   # first\n"
                    "      # the end\n"
                    "    cmd: x\n"
                    "    outs:\n"
                    "    - p:\n"
                    "        cache: false\n"
                    "  t: {cmd: y}\n",
                    kAdd),
            "stages:\n"
            "  s:\n"
            "    deps:   # what it reads\n"
            "      - a   # first\n"
            "      - b\n"
            "      - c\n"
            "      # the end\n"
            "    cmd: x\n"
            "    outs:\n"
            "    - p:\n"
            "        cache: false\n"
            "    - o\n"
            "  t: {cmd: y}\n");
}

TEST(StageListsEdit, AddsToListsInBrackets) {
  EXPECT_EQ(
      changed("stages:\n  s:\n    cmd: x\n    deps: [a]  # one\n    outs: [p: {cache: false}, ]\n", kAdd),
      "stages:\n  s:\n    cmd: x\n    deps: [a, b, c]  # one\n    outs: [p: {cache: false}, o, ]\n");
  EXPECT_EQ(changed("stages: {s: {cmd: x, deps: [], outs: }}\n", kAdd),
            "stages: {s: {cmd: x, deps: [b, c], outs: [o] }}\n");
}

TEST(StageListsEdit, AddsFieldsBehindTheCommand) {
  EXPECT_EQ(
      changed("stages:\n    s:\n        cmd: |\n          x\n          y\n\n        env: {A: 1}\n", kAdd),
      "stages:\n    s:\n        cmd: |\n          x\n          y\n        deps:\n            - b\n           "
      " - c\n"
      "        outs:\n            - o\n\n        env: {A: 1}\n");
  EXPECT_EQ(changed("stages:\n  s:\n    cmd: x\n    params: [p]", kAdd),
            "stages:\n  s:\n    cmd: x\n    deps: [b, c]\n    params: [p]\n    outs: [o]");
  EXPECT_EQ(changed("stages: {s: {cmd: x}}", kAdd), "stages: {s: {cmd: x, deps: [b, c], outs: [o]}}");
  EXPECT_EQ(changed("stages:\n  s:\n    deps:\n    # none yet\n    cmd: x\n", {{"b"}, {}, {}}),
            "stages:\n  s:\n    deps:\n      - b\n    # none yet\n    cmd: x\n");
}

TEST(StageListsEdit, KeepsLineEnds) {
  EXPECT_EQ(changed("stages:\r\n  s:\r\n    cmd: x\r\n    deps:\r\n      - a\r\n", {{"b"}, {}, {}}),
            "stages:\r\n  s:\r\n    cmd: x\r\n    deps:\r\n      - a\r\n      - b\r\n");
}

TEST(StageListsEdit, PathsStartWhereTheStageRuns) {
  EXPECT_EQ(changed("stages:\n  s:\n    wdir: w\n    cmd: x\n", {{"models/w/a", "data/b: c"}, {}, {}},
                    "models:s", "models/dvx.yaml"),
            "stages:\n  s:\n    wdir: w\n    cmd: x\n    deps:\n      - a\n      - \"../../data/b: c\"\n");
}

TEST(StageListsEdit, TakesOut) {
  const auto without = [](const std::string& text, std::vector<std::string> paths) {
    return changed(text, {.add_deps = {}, .remove_deps = std::move(paths), .add_outs = {}});
  };
  const std::string lines =
      "stages:\n  s:\n    deps:\n      - a  # one\n      - b:\n          schema: x\n      - stage: t\n    "
      "cmd: x\n  t: {cmd: y}\n";
  EXPECT_EQ(without(lines, {"a"}),
            "stages:\n  s:\n    deps:\n      - b:\n          schema: x\n      - stage: t\n    cmd: x\n  t: "
            "{cmd: y}\n");
  EXPECT_EQ(without(lines, {"a", "b"}),
            "stages:\n  s:\n    deps:\n      - stage: t\n    cmd: x\n  t: {cmd: y}\n");
  EXPECT_EQ(without("stages:\n  s:\n    cmd: x\n    deps:\n      - a\n    outs: [o]\n", {"a"}),
            "stages:\n  s:\n    cmd: x\n    outs: [o]\n");
  EXPECT_EQ(without("stages: {s: {cmd: x, deps: [a, b, ./c]}}\n", {"a", "c"}),
            "stages: {s: {cmd: x, deps: [b]}}\n");
  EXPECT_EQ(without("stages: {s: {cmd: x, deps: [a]}}\n", {"a"}), "stages: {s: {cmd: x, deps: []}}\n");
}

TEST(StageListsEdit, WhatVariablesMakeIsLeftToPeople) {
  EXPECT_EQ(
      refusal("stages:\n  g:\n    foreach: [1]\n    do: {cmd: x}\n", kAdd, "g@1"),
      "stage 'g@1' cannot be changed here: it is generated from 'g' | by hand in dvx.yaml: add to 'deps' b, "
      "c; add to 'outs' o");
  EXPECT_EQ(
      refusal("vars: [{l: a}]\nstages:\n  s: {cmd: x, deps: [\"${l}\"]}\n",
              {.add_deps = {}, .remove_deps = {"a"}, .add_outs = {}}),
      "stage 's' cannot be changed here: dvx.yaml: 'deps' of stage 's' is not a plain list | by hand in "
      "dvx.yaml: take out of 'deps' a");
  EXPECT_EQ(changed("vars: [{l: a}]\nstages:\n  s: {cmd: x, deps: [\"${l}\"]}\n", {{"b"}, {}, {}}),
            "vars: [{l: a}]\nstages:\n  s: {cmd: x, deps: [\"${l}\", b]}\n");
}

}  // namespace
}  // namespace dvx
