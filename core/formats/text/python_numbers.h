// Numbers that Python's json module writes and reads, and JSON has no words for: NaN, Infinity, -Infinity,
// and those beyond what a double holds, such as 1e999, which Python reads as an infinity.
//
// The text is made plain JSON of the same length, with a 0 in the place of each, so that any JSON parser can
// read it and its messages point at the right column. Pure.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace dvx {

struct PlainNumbers {
  std::string text;
  // What stands for the n-th number of the text, counted from 0: ".nan", ".inf" or "-.inf", as YAML says it.
  std::map<std::size_t, std::string> special;
};

// A text that is no JSON otherwise is left to the parser: outside of strings nothing but these words changes.
PlainNumbers without_special_numbers(std::string_view json);

}  // namespace dvx
