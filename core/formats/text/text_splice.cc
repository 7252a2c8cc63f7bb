#include "core/formats/text/text_splice.h"

namespace dvx {

std::size_t next_line(std::string_view text, std::size_t offset) {
  const std::size_t end = text.find('\n', offset);
  return end == std::string_view::npos ? text.size() : end + 1;
}

std::size_t end_of_block(std::string_view text, std::size_t offset, std::size_t indent_of_keys) {
  std::size_t end = next_line(text, offset);
  for (std::size_t at = end; at < text.size(); at = next_line(text, at)) {
    const std::size_t word = text.find_first_not_of(" \t", at);
    const bool inner_comment =
        word != std::string_view::npos && text[word] == '#' && word - at > indent_of_keys;
    if (!inner_comment) break;
    end = next_line(text, at);
  }
  return end;
}

std::string with_line_ends_of(std::string_view text, const std::string& addition) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || end == 0 || text[end - 1] != '\r') return addition;
  std::string converted;
  for (const char c : addition) converted += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return converted;
}

}  // namespace dvx
