// How many columns text takes on a terminal, and text that is made to fit.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dvx {

// Of valid UTF-8 without control characters: wide characters (East Asian, emoji) take two, combining ones
// none.
std::size_t display_width(std::string_view text);

// As much of the text as fits, with "…" at the end when something is left out. Control characters and invalid
// bytes become escapes first.
std::string cut_to_width(std::string_view text, std::size_t columns);

// A line that a program printed, so that it can do no more than be read: of parts that overwrite each other
// ("\r") the last, colours as they are, other control characters left out.
std::string harmless_line(std::string_view text);

}  // namespace dvx
