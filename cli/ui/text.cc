#include "cli/ui/text.h"

#include <fmt/format.h>

namespace dvx {

Shown Text::paint(std::string_view code, Shown text) const {
  if (color_ == Color::Never) return text;
  return Shown(fmt::format("\x1b[{}m{}\x1b[0m", code, text.string()));
}

std::string human_size(std::uint64_t bytes) {
  if (bytes < 1000) return fmt::format("{} B", bytes);
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string human_count(std::uint64_t n, std::string_view noun) {
  std::string digits = fmt::format("{}", n);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  if (n == 1) return fmt::format("{} {}", digits, noun);
  // This applies to "entry" but not to "day".
  const bool in_ies = noun.size() > 1 && noun.ends_with('y') &&
                      std::string_view("aeiou").find(noun[noun.size() - 2]) == std::string_view::npos;
  if (in_ies) return fmt::format("{} {}ies", digits, noun.substr(0, noun.size() - 1));
  return fmt::format("{} {}s", digits, noun);
}

std::string human_seconds(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace dvx
