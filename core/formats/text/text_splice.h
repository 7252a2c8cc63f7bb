// Lines of a YAML text that is spliced: where they end, and how new ones end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dvx {

// Behind the line feed of the line that `offset` is in, or the end of the text.
std::size_t next_line(std::string_view text, std::size_t offset);

// Where the block that ends at `offset` really ends: behind its last line and the comments indented like its
// inside.
std::size_t end_of_block(std::string_view text, std::size_t offset, std::size_t indent_of_keys);

// `addition` with the line ends that `text` has.
std::string with_line_ends_of(std::string_view text, const std::string& addition);

}  // namespace dvx
