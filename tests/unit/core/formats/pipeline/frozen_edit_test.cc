#include "core/formats/pipeline/frozen_edit.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace dvx {
namespace {

std::string frozen(const std::string& text, const std::string& name = "s") {
  return set_frozen_in_text(text, "dvx.yaml", name, Frozen::Yes);
}
std::string thawed(const std::string& text, const std::string& name = "s") {
  return set_frozen_in_text(text, "dvx.yaml", name, Frozen::No);
}

struct FrozenCase {
  std::string thawed, frozen;
};

// Each is spliced in, and out again without a trace.
TEST(FrozenEdit, ThereAndBack) {
  const FrozenCase cases[] = {
      {"stages:\n  s:\n    cmd: x\n", "stages:\n  s:\n    frozen: true\n    cmd: x\n"},
      {"stages:\n    s:\n        # why\n        cmd: x # what\n    t: {cmd: y}\n",
       "stages:\n    s:\n        # why\n        frozen: true\n        cmd: x # what\n    t: {cmd: y}\n"},
      {"stages:\n  s: {cmd: x, outs: [o]} # end\n",
       "stages:\n  s: {frozen: true, cmd: x, outs: [o]} # end\n"},
      {"{stages: {s: {cmd: x}, t: {cmd: y}}}", "{stages: {s: {frozen: true, cmd: x}, t: {cmd: y}}}"},
      {"stages:\n  s:\n    {cmd: x}\n", "stages:\n  s:\n    {frozen: true, cmd: x}\n"},
      {"stages:\r\n  s:\r\n    cmd: x\r\n", "stages:\r\n  s:\r\n    frozen: true\r\n    cmd: x\r\n"},
      {"stages:\n  s:\n    foreach: [a]\n    do:\n      cmd: x\n",
       "stages:\n  s:\n    foreach: [a]\n    do:\n      frozen: true\n      cmd: x\n"},
      {"stages:\n  s:\n    \"cmd\": x", "stages:\n  s:\n    frozen: true\n    \"cmd\": x"},
  };
  for (const FrozenCase& it : cases) {
    EXPECT_EQ(frozen(it.thawed), it.frozen);
    EXPECT_EQ(frozen(it.frozen), it.frozen);
    EXPECT_EQ(thawed(it.frozen), it.thawed);
    EXPECT_EQ(thawed(it.thawed), it.thawed);
  }
}

TEST(FrozenEdit, WhatIsWrittenThereIsChangedInItsPlace) {
  EXPECT_EQ(frozen("stages:\n  s:\n    cmd: x\n    frozen: false # no\n"),
            "stages:\n  s:\n    cmd: x\n    frozen: true # no\n");
  EXPECT_EQ(thawed("stages:\n  s:\n    cmd: x\n    frozen: true # yes\n"),
            "stages:\n  s:\n    cmd: x\n    frozen: false # yes\n");
  EXPECT_EQ(thawed("stages: {s: {cmd: x, frozen: true}}"), "stages: {s: {cmd: x}}");
  EXPECT_EQ(thawed("stages: {s: {cmd: x,\n  'frozen': true ,  outs: [o]}}"),
            "stages: {s: {cmd: x,\n  outs: [o]}}");
  EXPECT_EQ(thawed("stages:\n  s:\n    cmd: x\n    frozen: true"), "stages:\n  s:\n    cmd: x\n");
}

TEST(FrozenEdit, NothingIsWrittenThatWouldMeanSomethingElse) {
  EXPECT_THROW(frozen("stages:\n  s:\n   - x\n"), Error);
  EXPECT_EQ(frozen("stages: {s: {cmd: x}}", "t"), "stages: {s: {cmd: x}}") << "no such stage: nothing to do";
}

}  // namespace
}  // namespace dvx
