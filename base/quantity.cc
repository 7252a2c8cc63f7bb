#include "base/quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace dvx {

namespace {

std::uint64_t unit_factor(std::string_view unit) {
  if (unit.empty() || same_letters(unit, "b")) return 1;
  const auto rest = unit.substr(1);
  if (!rest.empty() && !same_letters(rest, "b") && !same_letters(rest, "ib")) return 0;
  constexpr std::string_view kUnits = "kmgt";
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (same_letters(unit.substr(0, 1), kUnits.substr(i, 1))) return std::uint64_t{1} << (10 * (i + 1));
  }
  return 0;
}

// Seconds of a unit, 0 for what is none.
double unit_seconds(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return 0;
  }
}

}  // namespace

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return lower(x) == lower(y);
  });
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc()) return std::nullopt;
  const std::uint64_t factor = unit_factor(text.substr(static_cast<std::size_t>(rest - text.data())));
  if (factor == 0 || number > UINT64_MAX / factor) return std::nullopt;
  return number * factor;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr double kYear = 366.0 * 86400;
  double seconds = 0;
  while (!text.empty()) {
    double number = 0;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const double unit = text.empty() ? 1 : unit_seconds(text.front());
    if (unit == 0) return std::nullopt;
    if (!text.empty()) text.remove_prefix(1);
    seconds += number * unit;
  }
  if (seconds < 0.001 || seconds > kYear) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::llround(seconds * 1000)));
}

}  // namespace dvx
