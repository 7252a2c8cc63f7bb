// Text that is safe to show on a terminal. Commands build their output from it.
//
// Foreign text always gets escaped (base/display.h), because `show` is the only way in: it escapes every
// string among its arguments and treats each as one line. Line feeds and colours come only from our own
// literals and from Text (cli/ui/text.h).
//
//   outcome.text += show("{}: {}\n", text.bold(stage.name), path);
//
// A std::string does not convert to Shown by itself. The result of `fmt::format` mixes foreign text with our
// own line feeds, and nothing could tell them apart any more.
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
  // Takes one of our own literals, unchanged.
  template <std::size_t N>
  Shown(const char (&literal)[N]) : text_(literal, N - 1) {}  // NOLINT: as a string literal converts

  // Returns a Shown unchanged, and any other text escaped.
  template <typename T>
  static Shown of(const T& text) {
    if constexpr (std::is_same_v<T, Shown>) {
      return text;
    } else {
      return Shown(display_text(text));
    }
  }
  // Takes text that is meant to have several lines, such as a graph or the help of a command.
  static Shown lines(std::string_view foreign) {
    return Shown(display_text(foreign, Keep::TabsAndLineFeeds));
  }

  // Takes text that a program of the user printed. It stays unchanged, since the program was run to be seen.
  static Shown output(std::string_view line) { return Shown(std::string(line)); }

  const std::string& string() const { return text_; }
  bool empty() const { return text_.empty(); }
  void clear() { text_.clear(); }
  // Removes spaces that only filled a column.
  void trim_end() { text_.erase(text_.find_last_not_of(' ') + 1); }

  Shown& operator+=(const Shown& more) {
    text_ += more.text_;
    return *this;
  }
  friend Shown operator+(Shown left, const Shown& right) { return std::move(left += right); }

 private:
  friend class Text;  // adds colours
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

// Works like fmt::format, but escapes every text among the arguments.
template <typename... Arguments>
Shown show(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  return Shown(fmt::format(fmt::runtime(fmt::string_view(format)), shown_detail::safe(arguments)...));
}

Shown joined(const std::vector<Shown>& parts, const Shown& separator);

}  // namespace dvx

// Lets the compiler check the formats of `show`; the output is made from the string.
template <>
struct fmt::formatter<dvx::Shown> : fmt::formatter<fmt::string_view> {
  auto format(const dvx::Shown& text, fmt::format_context& context) const {
    return fmt::formatter<fmt::string_view>::format(text.string(), context);
  }
};
