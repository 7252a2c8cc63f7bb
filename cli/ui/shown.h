// Text that a terminal may see. Commands build what they print from it.
//
// Nothing that somebody else wrote gets in without being escaped (base/display.h), because there is no other
// way in: `show` escapes every string among its arguments, and takes them for one line. Line feeds and
// colours come from our own literals and from Text (cli/ui/text.h) alone.
//
//   outcome.text += show("{}: {}\n", text.bold(stage.name), path);
//
// A std::string does not turn into Shown by itself: what `fmt::format` made holds foreign text and our own
// line feeds, and nothing can tell them apart any more.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/display.h"

namespace dvx {

class Shown {
 public:
  Shown() = default;
  // A literal of ours, as it stands.
  template <std::size_t N>
  Shown(const char (&literal)[N]) : text_(literal, N - 1) {}  // NOLINT: as a string literal converts

  // Shown as it is, any other text escaped.
  template <typename T>
  static Shown of(const T& text) {
    if constexpr (std::is_same_v<T, Shown>) {
      return text;
    } else {
      return Shown(display_text(text));
    }
  }
  // Text that is meant to have several lines, such as a graph or the help of a command.
  static Shown lines(std::string_view foreign) {
    return Shown(display_text(foreign, Keep::TabsAndLineFeeds));
  }

  // Text that a program of the user printed stays as it is, since the program was run to be seen.
  static Shown output(std::string_view line) { return Shown(std::string(line)); }

  const std::string& string() const { return text_; }
  bool empty() const { return text_.empty(); }
  void clear() { text_.clear(); }
  void trim_end() { text_.erase(text_.find_last_not_of(' ') + 1); }  // spaces that only filled a column

  Shown& operator+=(const Shown& more) {
    text_ += more.text_;
    return *this;
  }
  friend Shown operator+(Shown left, const Shown& right) { return std::move(left += right); }

 private:
  friend class Text;  // puts colours around
  template <typename... Arguments>
  friend Shown show(fmt::format_string<Arguments...> format, Arguments&&... arguments);

  explicit Shown(std::string safe) : text_(std::move(safe)) {}

  std::string text_;
};

namespace shown_detail {

// Makes an argument of `show` safe before fmt sees it.
template <typename T>
decltype(auto) safe(const T& argument) {
  if constexpr (std::is_same_v<T, Shown>) {
    return (argument.string());
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return display_text(argument);
  } else {
    static_assert(std::is_arithmetic_v<T>, "show takes text and numbers");
    return (argument);
  }
}

}  // namespace shown_detail

// As fmt::format, with every text among the arguments escaped.
template <typename... Arguments>
Shown show(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return Shown(fmt::format(fmt::runtime(fmt::string_view(format)), shown_detail::safe(arguments)...));
}

Shown joined(const std::vector<Shown>& parts, const Shown& separator);

}  // namespace dvx

// So that the compiler checks formats of `show`; what is printed is made from its string.
template <>
struct fmt::formatter<dvx::Shown> : fmt::formatter<fmt::string_view> {
  auto format(const dvx::Shown& text, fmt::format_context& context) const {
    return fmt::formatter<fmt::string_view>::format(text.string(), context);
  }
};
