#include "core/formats/text/text_shape.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/limits.h"
#include "core/formats/text/values_file.h"

namespace dvx {
namespace {

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

std::string failure(const std::string& text, const std::string& path) {
  try {
    parse_values(text, path);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return error.message();
  }
  return "";
}

// `parts` names with dots between them.
std::string dotted(std::size_t parts) {
  return repeated("a.", parts - 1) + "a";
}

TEST(TextShape, LimitsTheDepthOfToml) {
  // The map of the whole file and the value at the end are levels too.
  EXPECT_EQ(failure(dotted(limits::kValueDepth - 2) + " = 1\n", "p.toml"), "");
  const std::string too_deep = "p.toml: nested more than 100 levels deep";
  EXPECT_EQ(failure(dotted(limits::kValueDepth + 1) + " = 1\n", "p.toml"), too_deep);
  EXPECT_EQ(failure(dotted(100'000) + " = 1\n", "p.toml"), too_deep);
  EXPECT_EQ(failure("[" + dotted(100'000) + "]\nx = 1\n", "p.toml"), too_deep);
  EXPECT_EQ(failure("[[" + dotted(100'000) + "]]\nx = 1\n", "p.toml"), too_deep);
  EXPECT_EQ(failure("x = " + repeated("[", 100'000), "p.toml"), too_deep);
  EXPECT_EQ(failure("x = " + repeated("{a = ", 100'000), "p.toml"), too_deep);
  EXPECT_EQ(failure("x = {" + dotted(300) + " = 1}\n", "p.toml"), too_deep);
  EXPECT_EQ(failure("[" + dotted(60) + "]\n" + dotted(60) + " = 1\n", "p.toml"), too_deep);
  EXPECT_EQ(failure("\"a\".'b'." + dotted(300) + " = 1\n", "p.toml"), too_deep);
}

TEST(TextShape, StringsAndCommentsOfTomlNestNothing) {
  const std::string many = repeated(".[{", 500);
  EXPECT_EQ(failure("a = \"" + many + "\"\nb = '" + many + "'\n# " + many + "\n", "p.toml"), "");
  EXPECT_EQ(failure("a = \"\"\"\n" + many + "\\\"\"\"\"\nb = '''" + many + "'''''\nc = 1\n", "p.toml"), "");
}

TEST(TextShape, LimitsTheDepthOfJsonValues) {
  const auto nested = [](std::size_t levels) {
    return "{\"a\":" + repeated("[", levels) + repeated("]", levels) + "}";
  };
  EXPECT_EQ(failure(nested(limits::kValueDepth - 1), "p.json"), "");
  EXPECT_EQ(failure(nested(limits::kValueDepth), "p.json"), "p.json: nested more than 100 levels deep");
  EXPECT_EQ(failure(nested(100'000), "p.json"), "p.json: not JSON: nested more than 200 levels deep");
}

TEST(TextShape, LimitsTheDepthOfYamlBeforeItIsParsed) {
  const auto nested = [](std::size_t levels) {
    return repeated("{a: ", levels) + "1" + repeated("}", levels);
  };
  EXPECT_EQ(failure(nested(50), "p.yaml"), "");
  EXPECT_NE(failure(nested(100), "p.yaml").find("nested more than 60 levels deep"), std::string::npos);
  EXPECT_EQ(failure(nested(20'000), "p.yaml"), "p.yaml: nested more than 60 levels deep");
  EXPECT_EQ(failure("p:\n" + repeated("- " + nested(150) + "\n", 200), "p.yaml"),
            "p.yaml: brackets of 2265000 levels together, where 1000000 are the most");
}

TEST(TextShape, LimitsTheNumberOfValues) {
  EXPECT_EQ(failure("a: [" + repeated("1,", limits::kYamlValues) + "]", "p.yaml"),
            "p.yaml: more than 1500000 lines and values");
  EXPECT_EQ(failure(repeated("\n", limits::kTomlValues + 1), "p.toml"),
            "p.toml: more than 400000 lines and values");
}

}  // namespace
}  // namespace dvx
