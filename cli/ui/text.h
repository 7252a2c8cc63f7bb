// Words for people: colours where they are wanted, sizes, counts and times.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dvx {

class Text {
 public:
  enum class Color { Never, Always };
  explicit Text(Color color = Color::Never) : color_(color) {}

  std::string red(std::string_view text) const { return paint("31", text); }
  std::string green(std::string_view text) const { return paint("32", text); }
  std::string yellow(std::string_view text) const { return paint("33", text); }
  std::string cyan(std::string_view text) const { return paint("36", text); }
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string dim(std::string_view text) const { return paint("2", text); }

 private:
  std::string paint(std::string_view code, std::string_view text) const;
  Color color_;
};

std::string human_size(std::uint64_t bytes);                      // "12 B", "3.4 MB" (powers of 1000)
std::string human_count(std::uint64_t n, std::string_view noun);  // "1 file", "1,797 files"
std::string human_seconds(double seconds);                        // "0.4 s", "2 min 3 s"

}  // namespace dvx
