#include "core/formats/text/python_numbers.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace dvx {

namespace {

bool is_in_number(char c) {
  return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Where the string that begins at `at` ends: behind its closing quote.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

struct Word {
  std::string_view python, yaml;
};

constexpr Word kWords[] = {{"NaN", ".nan"}, {"-Infinity", "-.inf"}, {"Infinity", ".inf"}};

const Word* word_at(std::string_view json) {
  const auto begins = [&](const Word& word) {
    const bool goes_on = json.size() > word.python.size() && is_letter(json[word.python.size()]);
    return json.starts_with(word.python) && !goes_on;
  };
  const auto found = std::ranges::find_if(kWords, begins);
  return found == std::end(kWords) ? nullptr : &*found;
}

// Only of a number that is well formed and too large; what is too small is 0, to Python too.
std::optional<std::string> infinity_of(std::string_view number) {
  double value = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool is_whole = read.ptr == number.data() + number.size();
  if (!is_whole || read.ec != std::errc::result_out_of_range) return std::nullopt;
  const auto exponent = number.find_first_of("eE");
  const bool is_small = exponent != std::string_view::npos && number.find('-', exponent) == exponent + 1;
  if (is_small) return std::nullopt;
  return number[0] == '-' ? "-.inf" : ".inf";
}

}  // namespace

PlainNumbers without_special_numbers(std::string_view json) {
  PlainNumbers plain{.text = std::string(json), .special = {}};
  std::size_t numbers = 0;
  const auto replace = [&](std::size_t at, std::size_t length, std::string_view yaml) {
    plain.special.emplace(numbers++, yaml);
    plain.text[at] = '0';
    std::fill_n(plain.text.begin() + static_cast<std::ptrdiff_t>(at) + 1, length - 1, ' ');
  };
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      at = end_of_string(json, at);
    } else if (const Word* word = word_at(json.substr(at))) {
      replace(at, word->python.size(), word->yaml);
      at += word->python.size();
    } else if (json[at] == '-' || (json[at] >= '0' && json[at] <= '9')) {
      const auto rest = json.substr(at);
      const auto length =
          static_cast<std::size_t>(std::ranges::find_if_not(rest, is_in_number) - rest.begin());
      if (const auto infinity = infinity_of(rest.substr(0, length))) {
        replace(at, length, *infinity);
      } else {
        ++numbers;
      }
      at += length;
    } else if (is_letter(json[at])) {  // true, false, null, or what no parser takes
      while (at < json.size() && is_letter(json[at])) ++at;
    } else {
      ++at;
    }
  }
  return plain;
}

}  // namespace dvx
