// Measures how many columns a text takes on a terminal, and cuts text to fit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dvx {

// Returns the number of columns. Wide characters (East Asian, emoji) take two columns, and combining
// characters take none. The text must be valid UTF-8 without control characters.
std::size_t display_width(std::string_view text);

// Returns as much of the text as fits, with "…" at the end when something is left out. Control characters and
// invalid bytes become escapes first.
std::string cut_to_width(std::string_view text, std::size_t columns);

// Makes a line that a program printed harmless. When parts of it overwrite each other ("\r"), only the last
// one is kept. Colours stay, and other control characters are removed.
std::string harmless_line(std::string_view text);

}  // namespace dvx
