#include "core/formats/text/yaml.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/error.h"

namespace dvx {
namespace {

std::string yaml_failure(const std::string& text) {
  try {
    parse_yaml(text, "x.yaml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    EXPECT_EQ(error.path(), "x.yaml");
    return error.message();
  }
  return "accepted";
}

std::string yaml_as_json(const std::string& text) {
  return yaml_to_json(parse_yaml(text, "x.yaml")).dump();
}

std::string text_of(const std::string& text, const YamlNode& node) {
  return text.substr(node.begin().offset, node.end().offset - node.begin().offset);
}

TEST(Yaml, ReadsTheCoreSchema) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "null"},
      {"# only a comment\n", "null"},
      {"---\n", "null"},
      {"[~, null, NULL, '']", R"([null,null,null,""])"},
      {"[true, False, yes, 'true']", R"([true,false,"yes","true"])"},
      {"[0, -1, +2, 0x1F, 0o17, 012]", "[0,-1,2,31,15,12]"},
      {"[1.0, 1e3, .5, -2.5E-1, 1.]", "[1.0,1000.0,0.5,-0.25,1.0]"},
      {"[.inf, -.Inf, .nan]", R"([".inf","-.inf",".nan"])"},
      {"[18446744073709551615, 99999999999999999999]", R"([18446744073709551615,"99999999999999999999"])"},
      {"[100_000, -1_0, 0x_f, 0b101, -0x10, 1_0.5, 1_0e1]", R"([100000,-10,"0x_f",5,-16,10.5,100.0])"},
      {"[-9223372036854775808, -9223372036854775809]", R"([-9223372036854775808,"-9223372036854775809"])"},
      {"[_1, -_1, 0o8, 0b2, 1e1_0, ._5]", R"(["_1","-_1","0o8","0b2","1e1_0","._5"])"},
      {"[1.2.3, 1e, 0x, -x, 2020-01-01, .]", R"(["1.2.3","1e","0x","-x","2020-01-01","."])"},
      {"a: |\n  x\n  y\nb: >-\n  x\n  y\n", R"({"a":"x\ny\n","b":"x y"})"},
      {"a: b\r\nc:\r\n  - d\r\n", R"({"a":"b","c":["d"]})"},
      {"\xef\xbb\xbf"
       "a: 1\n",
       R"({"a":1})"}};
  for (const auto& [text, json] : cases) EXPECT_EQ(yaml_as_json(text), json) << text;
}

TEST(Yaml, SaysLineAndColumn) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"a: [1,\nb", "x.yaml:2:1: "},
      {"a: 1\nb", "x.yaml:2:1: "},
      {"é: é: x\n", "x.yaml:1:5: "},
      {"a: !!str 1\n", "a tag ('!name') is not accepted"},
      {"a: 1\nb: 2\na: 3\n", "x.yaml:3:1: the key 'a' is given twice"},
      {"a: {b: 1, 'b': 2}\n", "x.yaml:1:11: the key 'b' is given twice"},
      {"a: 1\n---\nb: 2\n", "x.yaml:2:1: a second document starts here"},
      {"? [a]\n: 1\n", "x.yaml:1:3: a list cannot be a key"},
      {"# one\n%YAML 1.3\n---\na: no\n", "x.yaml:2:1: it asks for YAML 1.3, and dvx reads YAML 1.2"},
      {"%YAML 1.1\n---\na: no\n", "x.yaml:1:1: it asks for YAML 1.1, and dvx reads YAML 1.2"},
      {"a: \xff\n", "x.yaml:1:4: not UTF-8 text"},
      {"a: \x01\n", "x.yaml:1:4: control character 0x01"},
      {std::string("a: \0", 4), "x.yaml:1:4: control character 0x00"},
      {"a: \"\\0\"\n", "x.yaml:1:4: a NUL character"},
      {std::string(100, '['), "x.yaml:1:62: nested more than 60 levels deep"}};
  for (const auto& [text, message] : cases) {
    EXPECT_NE(yaml_failure(text).find(message), std::string::npos) << text << "\n" << yaml_failure(text);
  }
}

TEST(Yaml, NodesKnowTheirText) {
  const std::string text =
      "# c\nstages:\n  a:\n    cmd: echo hi   # x\n    outs: [a, {b: {c: 1}}]\n    desc: |\n      two\n      "
      "lines\n\n"
      "  \"b\":\n    deps:\n      - x\n      - 'y z'\n    frozen:\n\n# tail\n";
  const YamlNode root = parse_yaml(text, "x.yaml");
  const YamlNode& stages = *root.find("stages");
  EXPECT_EQ(stages.begin().line, 3U);
  EXPECT_EQ(stages.begin().column, 3U);
  const YamlNode& a = *stages.find("a");
  EXPECT_EQ(text_of(text, *a.find("cmd")), "echo hi");
  EXPECT_EQ(text_of(text, *a.find("outs")), "[a, {b: {c: 1}}]");
  EXPECT_TRUE(text_of(text, a).ends_with("      lines")) << text_of(text, a);
  EXPECT_EQ(text_of(text, stages.fields()[1].first), "\"b\"");
  const YamlNode& b = *stages.find("b");
  EXPECT_EQ(text_of(text, b.find("deps")->items()[1]), "'y z'");
  EXPECT_TRUE(text_of(text, stages).ends_with("frozen:")) << text_of(text, stages);
}

TEST(Yaml, ReadsBlockScalarsOfOddIndentation) {
  const std::string text = "a:\n  - |\n  \"k\":\n  - 'y'\n  - |\n      li\n    b\n";
  try {
    const std::string json = yaml_as_json(text);
    EXPECT_EQ(json, yaml_as_json(text));
    EXPECT_LT(json.size(), text.size() * 2);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
  }
}

TEST(Yaml, ReadsLongBlockScalars) {
  std::string line(3000, 'x');
  EXPECT_EQ(parse_yaml("a: |\n  " + line + "\n  \n   b\n", "x.yaml").find("a")->scalar(), line + "\n\n b\n");
  EXPECT_EQ(parse_yaml("a: \"" + line + "\\t\"\n", "x.yaml").find("a")->scalar(), line + "\t");
}

TEST(Yaml, TakesNoTextAtAll) {
  EXPECT_EQ(parse_yaml(std::string_view(), "x.yaml").kind(), YamlNode::Kind::Null);
}

TEST(Yaml, HintsAtTabs) {
  try {
    parse_yaml("a:\n\tb: 1\n", "x.yaml");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.hint(), "indent with spaces, not tabs");
  }
}

TEST(Yaml, SuggestsTheFieldThatWasMeant) {
  const YamlNode root = parse_yaml("schemma: x\n", "x.yaml");
  try {
    yaml_known_fields(root, "x.yaml", {"path", "schema"});
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "x.yaml:1:1: unknown field 'schemma'");
    EXPECT_EQ(error.hint(), "did you mean 'schema'?");
  }
}

TEST(Yaml, WritesScalarsThatReadBack) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"python3 src/a.py --x=1", "python3 src/a.py --x=1"},
      {"", "\"\""},
      {"5", "\"5\""},
      {"true", "\"true\""},
      {"yes", "\"yes\""},
      {"a: b", "\"a: b\""},
      {"a #b", "\"a #b\""},
      {" a", "\" a\""},
      {"- a", "\"- a\""},
      {"a, b", "\"a, b\""},
      {"*x", "\"*x\""},
      {"é", "é"},
      {"a\nb", "\"a\\nb\""}};
  for (const auto& [text, scalar] : cases) EXPECT_EQ(yaml_scalar(text), scalar);
}

TEST(Yaml, ScalarsOfAnyTextReadBackAsThatText) {
  std::mt19937 random(5);
  const std::vector<std::string> pieces = {"a", ":", " ", "#", "-", "'", "\"", "\\", "\n",
                                           "é", "{", "]", "%", "1", ".", "\t", "&"};
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (auto n = random() % 7; n > 0; --n) text += pieces[random() % pieces.size()];
    const YamlNode root = parse_yaml("k:\n  - " + yaml_scalar(text) + "\n", "x.yaml");
    ASSERT_EQ(root.find("k")->items().at(0).scalar(), text) << yaml_scalar(text);
    ASSERT_EQ(root.find("k")->items().at(0).kind(), YamlNode::Kind::String) << text;
  }
}

TEST(Yaml, NeverFailsOtherwiseThanByError) {
  std::mt19937 random(9);
  const std::string pieces = "ab:- \n\n  []{},'\"|>#&*!%?0.\t~\\";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto n = random() % 40; n > 0; --n) text += pieces[random() % pieces.size()];
    try {
      const YamlNode root = parse_yaml(text, "x.yaml");
      ASSERT_LE(root.begin().offset, root.end().offset) << text;
      ASSERT_LE(root.end().offset, text.size());
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::Config) << text;
    }
  }
}

}  // namespace
}  // namespace dvx
