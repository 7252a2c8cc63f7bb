// Formatting for people: colours where they are wanted, sizes, counts and times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/ui/shown.h"

namespace dvx {

class Text {
 public:
  enum class Color { Never, Always };
  explicit Text(Color color = Color::Never) : color_(color) {}

  // Each of these takes a Shown, which stays as it is, or any other text, which is escaped as by show().
  template <typename T>
  Shown red(const T& text) const {
    return paint("31", Shown::of(text));
  }
  template <typename T>
  Shown green(const T& text) const {
    return paint("32", Shown::of(text));
  }
  template <typename T>
  Shown yellow(const T& text) const {
    return paint("33", Shown::of(text));
  }
  template <typename T>
  Shown cyan(const T& text) const {
    return paint("36", Shown::of(text));
  }
  template <typename T>
  Shown bold(const T& text) const {
    return paint("1", Shown::of(text));
  }
  template <typename T>
  Shown dim(const T& text) const {
    return paint("2", Shown::of(text));
  }

 private:
  Shown paint(std::string_view code, Shown text) const;
  Color color_;
};

std::string human_size(std::uint64_t bytes);                      // "12 B", "3.4 MB" (powers of 1000)
std::string human_count(std::uint64_t n, std::string_view noun);  // "1 file", "1,797 files"
std::string human_seconds(double seconds);                        // "0.4 s", "2 min 3 s"

}  // namespace dvx
