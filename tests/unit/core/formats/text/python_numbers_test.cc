#include "core/formats/text/python_numbers.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

using Special = std::map<std::size_t, std::string>;

TEST(PythonNumbers, WordsBecomeZerosOfTheSameLength) {
  const auto plain = without_special_numbers("[1, NaN, -2.5e3, Infinity,-Infinity]");
  EXPECT_EQ(plain.text, "[1, 0  , -2.5e3, 0       ,0        ]");
  EXPECT_EQ(plain.special, (Special{{1, ".nan"}, {3, ".inf"}, {4, "-.inf"}}));
}

TEST(PythonNumbers, WhatNoDoubleHoldsIsInfinite) {
  const auto plain = without_special_numbers("[1e999, -1e999, 1e-999, 1e308]");
  EXPECT_EQ(plain.special, (Special{{0, ".inf"}, {1, "-.inf"}}));
  EXPECT_EQ(plain.text, "[0    , 0     , 1e-999, 1e308]");
}

TEST(PythonNumbers, TextsAndNamesAreLeftAlone) {
  const std::string line = R"({"NaN": "Infinity 1e999 \" NaN", "a": [NaN]})";
  const auto plain = without_special_numbers(line);
  EXPECT_EQ(plain.text, R"({"NaN": "Infinity 1e999 \" NaN", "a": [0  ]})");
  EXPECT_EQ(plain.special, (Special{{0, ".nan"}}));
}

TEST(PythonNumbers, OtherWordsAreLeftToTheParser) {
  for (const char* text : {"[NaNa]", "[xNaN]", "[Infinity2]", "\"open", "[-]", "[1e]", "", "\\"})
    EXPECT_EQ(without_special_numbers(text).text, text);
}

}  // namespace
}  // namespace dvx
