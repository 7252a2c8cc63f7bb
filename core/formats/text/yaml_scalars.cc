#include "core/formats/text/yaml_scalars.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/ascii.h"

namespace dvx {

namespace {

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

// 'digits' and underscores between them, as DVC's reader takes: 100_000.
bool is_number_of(std::string_view text, std::string_view digits) {
  if (text.empty() || digits.find(text[0]) == std::string_view::npos) return false;
  return std::ranges::all_of(
      text, [digits](char c) { return c == '_' || digits.find(c) != std::string_view::npos; });
}

bool is_int(std::string_view text) {
  const std::string_view number = without_sign(text);
  if (number.starts_with("0o")) return is_number_of(number.substr(2), "01234567");
  if (number.starts_with("0b")) return is_number_of(number.substr(2), "01");
  if (number.starts_with("0x")) return is_number_of(number.substr(2), "0123456789abcdefABCDEF");
  return is_number_of(number, "0123456789");
}

bool is_infinity(std::string_view unsigned_text) {
  return unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF";
}

bool is_nan(std::string_view text) {
  return text == ".nan" || text == ".NaN" || text == ".NAN";
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?, underscores among the digits before the
// 'e'
bool is_float(std::string_view text) {
  if (is_nan(text)) return true;
  text = without_sign(text);
  if (is_infinity(text)) return true;
  const auto take = [&text](std::string_view allowed) {
    if (text.starts_with('_')) return std::size_t{0};
    const std::size_t count = std::min(text.find_first_not_of(allowed), text.size());
    text.remove_prefix(count);
    return count;
  };
  const std::size_t whole = take("0123456789_");
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take("0123456789_");
  }
  if (whole + fraction == 0) return false;
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    text = without_sign(text.substr(1));
    if (take("0123456789") == 0) return false;
  }
  return text.empty();
}

std::string without_underscores(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '_');
  return digits;
}

}  // namespace

// The core schema of YAML 1.2.2, section 10.3.2.
YamlNode::Kind yaml_plain_kind(std::string_view text) {
  using Kind = YamlNode::Kind;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Kind::Null;
  if (text == "true" || text == "True" || text == "TRUE") return Kind::Bool;
  if (text == "false" || text == "False" || text == "FALSE") return Kind::Bool;
  if (!is_ascii_digit(text[0]) && text[0] != '-' && text[0] != '+' && text[0] != '.') return Kind::String;
  if (is_int(text)) return Kind::Int;
  return is_float(text) ? Kind::Float : Kind::String;
}

nlohmann::json yaml_int_to_json(const std::string& text) {
  const bool negative = text[0] == '-';
  std::string digits = without_underscores(without_sign(text));
  const char mark = digits.size() > 1 && digits[0] == '0' ? digits[1] : '0';
  const int base = mark == 'o' ? 8 : mark == 'x' ? 16 : mark == 'b' ? 2 : 10;
  if (base != 10) digits.erase(0, 2);
  std::uint64_t size = 0;
  const bool fits =
      std::from_chars(digits.data(), digits.data() + digits.size(), size, base).ec == std::errc();
  constexpr auto kLowest = std::uint64_t{1} << 63U;  // the size of the smallest of 64 bits with a sign
  if (!fits || (negative && size > kLowest))
    return text;  // Beyond 64 bits: a float would make different numbers equal.
  if (!negative && size < kLowest) return static_cast<std::int64_t>(size);
  if (!negative) return size;
  return static_cast<std::int64_t>(~size + 1);
}

nlohmann::json yaml_float_to_json(const std::string& text) {
  const std::string digits = without_underscores(std::string_view(text).substr(text[0] == '+' ? 1 : 0));
  // JSON has no words for these, so they travel as strings of one spelling.
  if (is_nan(text)) return ".nan";
  if (is_infinity(without_sign(text))) return text[0] == '-' ? "-.inf" : ".inf";
  double number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (result.ec != std::errc()) return text;  // Out of range: the text is the value.
  return number;
}

}  // namespace dvx
