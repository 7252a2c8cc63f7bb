#include "core/formats/text/canonical_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <random>

namespace dvx {
namespace {

TEST(CanonicalJson, SortsKeysAndLeavesNoSpaces) {
  EXPECT_EQ(canonical_json(nlohmann::json::parse(R"({"b": [1, 2], "a": {"z": null, "y": true}})")),
            R"({"a":{"y":true,"z":null},"b":[1,2]})");
}

TEST(CanonicalJson, WritesNumbersShortAndKeepsFloatsFloats) {
  const std::vector<std::pair<double, std::string>> cases = {
      {0.0, "0.0"},         {-0.0, "-0.0"},
      {1.0, "1.0"},         {-1.5, "-1.5"},
      {0.1, "0.1"},         {1e-3, "0.001"},
      {1e-6, "0.000001"},   {1e-7, "1e-7"},
      {1.25e-7, "1.25e-7"}, {1e20, "100000000000000000000.0"},
      {1e21, "1e+21"},      {123456.789, "123456.789"},
      {5e-324, "5e-324"},   {1.7976931348623157e308, "1.7976931348623157e+308"}};
  for (const auto& [number, text] : cases) EXPECT_EQ(canonical_json(nlohmann::json(number)), text);
}

TEST(CanonicalJson, TellsIntegersFromFloats) {
  EXPECT_NE(canonical_json(nlohmann::json(1)), canonical_json(nlohmann::json(1.0)));
  EXPECT_EQ(canonical_json(nlohmann::json(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(canonical_json(nlohmann::json(std::numeric_limits<std::uint64_t>::max())),
            "18446744073709551615");
}

TEST(CanonicalJson, EscapesOnlyWhatItMust) {
  EXPECT_EQ(canonical_json(nlohmann::json("a\"\\/\b\f\n\r\t\x01\x1f\x7f é")),
            "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f é\"");
}

TEST(CanonicalJson, RefusesWhatJsonCannotSay) {
  EXPECT_THROW(canonical_json(nlohmann::json("\xff")), Error);
  EXPECT_THROW(canonical_json(nlohmann::json(std::numeric_limits<double>::infinity())), Error);
}

TEST(CanonicalJson, IsAFixedPointOfParsing) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    const std::uint64_t bits = random();
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    if (!std::isfinite(number)) continue;
    const std::string text = canonical_json(nlohmann::json(number));
    const nlohmann::json back = parse_json(text, "number");
    ASSERT_TRUE(back.is_number_float()) << text;
    ASSERT_EQ(back.get<double>(), number) << text;
    ASSERT_EQ(canonical_json(back), text);
  }
}

std::string parse_failure(const std::string& text) {
  try {
    parse_json(text, "x.json", ErrorKind::Corruption);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Corruption);
    return error.message();
  }
  return "";
}

TEST(ParseJson, SaysWhereItFails) {
  EXPECT_NE(parse_failure("{\"a\": 1,\n oops}").find("x.json: not JSON: parse error at line 2, column 2"),
            std::string::npos);
}

TEST(ParseJson, RefusesAKeyGivenTwice) {
  EXPECT_EQ(parse_failure(R"({"a": {"b": 1, "b": 2}})"), "x.json: not JSON: the key 'b' is given twice");
  EXPECT_EQ(parse_failure(R"([{"a": 1}, {"a": 2}])"), "");
}

TEST(ParseJson, RefusesAbsurdDepth) {
  EXPECT_EQ(parse_failure(std::string(100000, '[')), "x.json: not JSON: nested more than 200 levels deep");
}

TEST(PathText, LeavesUtf8Alone) {
  EXPECT_EQ(path_to_json_text("data/é 100%.csv"), "data/é 100%.csv");
  EXPECT_EQ(path_from_json_text("data/é 100%.csv"), "data/é 100%.csv");
}

TEST(PathText, EscapesOtherBytes) {
  EXPECT_EQ(path_to_json_text("a\xff%\xc3\xa9"), "%:a%FF%25\xc3\xa9");
  EXPECT_EQ(path_to_json_text("%:x"), "%:%25:x");
}

TEST(PathText, RoundTripsAnyBytes) {
  std::mt19937 random(11);
  for (int i = 0; i < 5000; ++i) {
    std::string path;
    for (auto length = random() % 8; length > 0; --length) path += "%:aF\xc3\xa9\xff\x80"[random() % 8];
    const std::string text = path_to_json_text(path);
    ASSERT_EQ(path_from_json_text(text), path);
    ASSERT_NO_THROW(canonical_json(nlohmann::json(text)));
  }
}

TEST(PathText, RefusesASecondSpelling) {
  for (const char* text : {"%:", "%:plain", "%:%ff", "%:%FF%4", "%:%41\xff", "%:%GG"}) {
    EXPECT_THROW(path_from_json_text(text), Error) << text;
  }
}

}  // namespace
}  // namespace dvx
