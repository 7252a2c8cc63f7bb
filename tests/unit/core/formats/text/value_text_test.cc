#include "core/formats/text/value_text.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace dvx {
namespace {

std::string text_of(const std::string& yaml) {
  return value_text(parse_yaml(yaml, "v.yaml"));
}

std::string arguments_of(const std::string& yaml, const UnpackRules& rules = {}) {
  return command_arguments(parse_yaml(yaml, "v.yaml"), rules);
}

TEST(ValueText, IsWhatPythonPrints) {
  const std::pair<const char*, const char*> cases[] = {{"5", "5"},
                                                       {"+5", "5"},
                                                       {"0x10", "16"},
                                                       {"1.0", "1.0"},
                                                       {"1e-3", "0.001"},
                                                       {"1e-5", "1e-05"},
                                                       {"0.0001", "0.0001"},
                                                       {"1e15", "1000000000000000.0"},
                                                       {"1e16", "1e+16"},
                                                       {"123.456", "123.456"},
                                                       {"-0.0", "-0.0"},
                                                       {".inf", "inf"},
                                                       {"-.inf", "-inf"},
                                                       {".nan", "nan"},
                                                       {"true", "true"},
                                                       {"False", "false"},
                                                       {"null", "None"},
                                                       {"'1e-3'", "1e-3"},
                                                       {"18446744073709551615", "18446744073709551615"},
                                                       {"a b", "a b"}};
  for (const auto& [yaml, text] : cases) EXPECT_EQ(text_of(yaml), text) << yaml;
}

TEST(CommandArguments, UnpackMaps) {
  EXPECT_EQ(arguments_of("{lr: 0.1, name: a b, on: true, off: false, none: }"),
            "--lr 0.1 --name 'a b' --on --none None");
  EXPECT_EQ(arguments_of("{sizes: [1, x y, true], empty: []}"), "--sizes 1 'x y' True");
  EXPECT_EQ(arguments_of("{opt: {kind: adam, deep: {beta: 0.9}}}"), "--opt.kind adam --opt.deep.beta 0.9");
  EXPECT_EQ(arguments_of("{}"), "");
  EXPECT_THROW(arguments_of("{a: [[1]]}"), Error);
}

TEST(CommandArguments, FollowTheSettings) {
  const UnpackRules rules = {.booleans = UnpackRules::Booleans::NegatedWhenFalse,
                             .lists = UnpackRules::Lists::FlagEach};
  EXPECT_EQ(arguments_of("{on: true, off: false, sizes: [1, 2]}", rules),
            "--on --no-off --sizes 1 --sizes 2");
}

}  // namespace
}  // namespace dvx
