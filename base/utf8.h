// Just enough UTF-8 to tell text from bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dvx {

// Returns the length in bytes (1 to 4) of the well-formed sequence at the start of `text`, or 0 when there is
// none. The rules are those of Unicode 15, table 3-7: no overlong forms, no surrogates and nothing past
// U+10FFFF.
std::size_t utf8_sequence_length(std::string_view text);
// Returns the code point of one well-formed sequence.
std::uint32_t utf8_code_point(std::string_view sequence);
bool is_valid_utf8(std::string_view text);

}  // namespace dvx
