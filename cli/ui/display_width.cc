#include "cli/ui/display_width.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "base/display.h"
#include "base/utf8.h"

namespace dvx {

namespace {

struct Range {
  std::uint32_t first, last;
};

// The ranges come from Unicode 15: EastAsianWidth W and F, and emoji that are shown as pictures. They are
// wide and ignore exceptions on which terminals do not agree.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x25FD, 0x25FE},
    {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x2705, 0x2705},
    {0x270A, 0x270B},   {0x2728, 0x2728},   {0x274C, 0x274C},   {0x2753, 0x2755},   {0x2795, 0x2797},
    {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x16FE0, 0x18CFF},
    {0x1AFF0, 0x1B2FF}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A},
    {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393}, {0x1F3A0, 0x1F3CA},
    {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E}, {0x1F440, 0x1F440},
    {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F567}, {0x1F57A, 0x1F57A}, {0x1F595, 0x1F5A4},
    {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5}, {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6DF}, {0x1F6EB, 0x1F6FC},
    {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD}};

constexpr Range kCombining[] = {{0x0300, 0x036F}, {0x0483, 0x0489},  {0x0591, 0x05BD}, {0x0610, 0x061A},
                                {0x064B, 0x065F}, {0x06D6, 0x06DC},  {0x0900, 0x0902}, {0x093C, 0x093C},
                                {0x0941, 0x0948}, {0x0E31, 0x0E31},  {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
                                {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF},  {0x200B, 0x200F}, {0x202A, 0x202E},
                                {0x2060, 0x2064}, {0x20D0, 0x20FF},  {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
                                {0xFEFF, 0xFEFF}, {0xE0100, 0xE01EF}};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], std::uint32_t code) {
  const auto* const after =
      std::upper_bound(std::begin(ranges), std::end(ranges), code,
                       [](std::uint32_t c, const Range& range) { return c < range.first; });
  return after != std::begin(ranges) && code <= std::prev(after)->last;
}

std::size_t width_of(std::string_view sequence) {
  const std::uint32_t code = utf8_code_point(sequence);
  return is_in(kCombining, code) ? 0 : is_in(kWide, code) ? 2 : 1;
}

// Returns the length of a colour sequence such as "\x1b[1;32m", which moves nothing, or 0.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;:", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

// Returns the length of another escape sequence, such as "\x1b[2K", "\x1b]0;title\a" or "\x1b(B". It is at
// least the length of the escape character.
std::size_t sequence_length(std::string_view text) {
  if (text.size() < 2) return 1;
  if (text[1] == '[') {
    const std::size_t end = std::min(text.find_first_not_of("0123456789;:<=>?!\"' $", 2), text.size());
    return std::min(end + 1, text.size());
  }
  if (text[1] == ']') {
    const std::size_t end = text.find_first_of("\a\x1b", 2);
    if (end == std::string_view::npos) return text.size();
    return text[end] == '\a' ? end + 1 : std::min(end + 2, text.size());
  }
  return std::string_view("()*+#%").find(text[1]) != std::string_view::npos
             ? std::min<std::size_t>(3, text.size())
             : 2;
}

// Says whether the sequence is a control character. This includes the 8-bit kind, U+0080 to U+009F, and such
// bytes where the text is not UTF-8.
bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence.front());
  const std::uint32_t code = sequence.size() == 1 ? first : utf8_code_point(sequence);
  return code < 0x20 || (code >= 0x7f && code <= 0x9f);
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text));
    width += width_of(text.substr(0, length));
    text.remove_prefix(length);
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  const std::string shown = display_text(text);
  if (display_width(shown) <= columns) return shown;
  std::string cut;
  std::size_t width = 0;
  for (std::string_view rest = shown; !rest.empty();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(rest));
    width += width_of(rest.substr(0, length));
    if (width + 1 > columns) break;
    cut += rest.substr(0, length);
    rest.remove_prefix(length);
  }
  return columns == 0 ? std::string() : cut + "…";
}

std::string harmless_line(std::string_view text) {
  while (text.ends_with('\r')) text.remove_suffix(1);
  std::string line;
  bool is_coloured = false;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '\r') {
      line.clear();
      text.remove_prefix(1);
    } else if (const std::size_t colour = colour_length(text)) {
      line += text.substr(0, colour);
      is_coloured = true;
      text.remove_prefix(colour);
    } else if (c == '\x1b') {
      text.remove_prefix(sequence_length(text));
    } else {
      const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text));
      if (c == '\t' || !is_control(text.substr(0, length))) line += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return is_coloured ? line + "\x1b[0m" : line;
}

}  // namespace dvx
