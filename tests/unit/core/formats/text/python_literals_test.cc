#include "core/formats/text/python_literals.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace dvx {
namespace {

nlohmann::json values(const std::string& text) {
  return yaml_to_json(parse_python_literals(text, "p.py"));
}

std::string python_failure(const std::string& text) {
  try {
    parse_python_literals(text, "p.py");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return error.message();
  }
  return "accepted";
}

TEST(PythonLiterals, ReadsEveryKind) {
  const auto found = values(R"py(# settings
import os
BOOL = True; NONE = None
INT = 1_000
NEGATIVE = -5
HEX = 0xff
FLOAT: float = 1e-3
TEXT = 'it\'s' " joined"
RAW = r'\d'
LONG = """two
lines"""
LIST = [1, 'a', [2.5],]
TUPLE = (1, 2)
BARE = 1, 2
SET = {1, 2}
DICT = {
    'a': 1,  # a comment
    'b': {'c': [True]},
}
ONE = (5)
ESCAPE = "\x41\u00e4\n"
JOINED = \
    7
)py");
  EXPECT_EQ(found, nlohmann::json::parse(R"json({
    "BOOL": true, "NONE": null, "INT": 1000, "NEGATIVE": -5, "HEX": 255, "FLOAT": 0.001,
    "TEXT": "it's joined", "RAW": "\\d", "LONG": "two\nlines", "LIST": [1, "a", [2.5]], "TUPLE": [1, 2],
    "BARE": [1, 2], "SET": [1, 2], "DICT": {"a": 1, "b": {"c": [true]}}, "ONE": 5, "ESCAPE": "Aä\n",
    "JOINED": 7})json"));
}

TEST(PythonLiterals, ReadsClassesAndInit) {
  const auto found = values(R"py(class Train:
    """What training takes."""
    EPOCHS = 10

    class Inner(Base):
        X = 1

    def __init__(self):
        self.layers = [5, 5]
        self.other = compute()
        local = 3

    def method(self):
        self.ignored = 1

if True:
    HIDDEN = 1
AFTER = 2
)py");
  EXPECT_EQ(found,
            nlohmann::json::parse(
                R"json({"Train": {"EPOCHS": 10, "Inner": {"X": 1}, "layers": [5, 5]}, "AFTER": 2})json"));
}

TEST(PythonLiterals, PassesOverWhatIsNoLiteral) {
  const auto found = values(
      "A = f(1)\nB = 1 + 2\nC = f'x'\nD = b'x'\nE = [x for x in y]\nF == 1\nG += 1\nH[0] = 1\nI.j = 1\n"
      "K = L = 1\nM = -x\nN = 1j\nO: int\nP = lambda: 0\nQ = 3\nQ = 4\nR = {**a}\n");
  EXPECT_EQ(found, nlohmann::json::parse(R"json({"Q": 4})json"));
}

TEST(PythonLiterals, SaysWhereTheTextBreaks) {
  EXPECT_EQ(python_failure("A = 1\nB = 'x\n"), "p.py:2:1: a string is not closed");
  EXPECT_EQ(python_failure("A = [1,\nB = 2\n"), "p.py:1:1: a bracket is not closed");
  EXPECT_EQ(python_failure("A = 1)\n"), "p.py:1:1: a ')' closes nothing");
  EXPECT_EQ(python_failure("A = '''x\n"), "p.py:1:1: a string is not closed");
  EXPECT_EQ(python_failure("A = '\xff'\n"), "p.py: not UTF-8 text");
  EXPECT_EQ(values(""), nlohmann::json::object());
}

}  // namespace
}  // namespace dvx
