#include "base/display.h"

#include <fmt/format.h>

#include <iterator>
#include <optional>

#include "base/subprocess.h"
#include "base/utf8.h"

namespace dvx {

namespace {

bool stays(char c, Keep keep) {
  return (c == '\t' && keep != Keep::Nothing) || (c == '\n' && keep == Keep::TabsAndLineFeeds);
}

// Calls `plain` with each run of characters that can be shown. Calls `other` with each sequence that cannot
// be shown and its code point; where the text is not UTF-8, `other` gets single bytes and no code point.
template <typename Plain, typename Other>
void read(std::string_view text, Plain plain, Other other) {
  std::size_t begin = 0, at = 0;
  const auto flush = [&] {
    if (at > begin) plain(text.substr(begin, at - begin));
  };
  while (at < text.size()) {
    const std::size_t length = utf8_sequence_length(text.substr(at));
    const std::string_view piece = text.substr(at, length == 0 ? 1 : length);
    const auto code = length == 0 ? std::nullopt : std::optional(utf8_code_point(piece));
    if (!code || commands_terminal(*code)) {
      flush();
      other(piece, code);
      begin = at + piece.size();
    }
    at += piece.size();
  }
  flush();
}

void append_byte_escapes(std::string& out, std::string_view bytes) {
  for (const char c : bytes)
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
}

}  // namespace

bool commands_terminal(std::uint32_t code_point) {
  return code_point < 0x20 || (code_point >= 0x7f && code_point <= 0x9f) || code_point == 0x61c ||
         code_point == 0x200e || code_point == 0x200f || (code_point >= 0x2028 && code_point <= 0x202e) ||
         (code_point >= 0x2066 && code_point <= 0x2069);
}

std::string display_text(std::string_view text, Keep keep) {
  std::string out;
  out.reserve(text.size());
  read(
      text, [&](std::string_view plain) { out += plain; },
      [&](std::string_view piece, std::optional<std::uint32_t> code) {
        if (stays(piece.front(), keep)) {
          out += piece;
        } else if (code && *code >= 0x80) {
          fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", *code);
        } else {
          append_byte_escapes(out, piece);
        }
      });
  return out;
}

std::string paste_quote(std::string_view word) {
  bool can_be_shown = true;
  std::string escaped = "$'";
  read(
      word,
      [&](std::string_view plain) {
        for (const char c : plain) {
          if (c == '\'' || c == '\\') escaped += '\\';
          escaped += c;
        }
      },
      [&](std::string_view piece, std::optional<std::uint32_t>) {
        can_be_shown = false;
        append_byte_escapes(escaped, piece);
      });
  return can_be_shown ? shell_quote(word) : escaped + "'";
}

std::string display_json(std::string_view document) {
  std::string out;
  out.reserve(document.size());
  read(
      document, [&](std::string_view plain) { out += plain; },
      [&](std::string_view, std::optional<std::uint32_t> code) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", code.value_or(0xfffd));
      });
  return out;
}

}  // namespace dvx
