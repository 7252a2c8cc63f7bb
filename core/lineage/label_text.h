// Names that others chose, inside of the quotes of a label in the languages that draw graphs.
#pragma once

#include <string>
#include <string_view>

namespace dvx {

// Both escape what commands a terminal too (base/display.h).
std::string dot_text(std::string_view text);
// Mermaid has no escapes but entities, and reads HTML in labels.
std::string mermaid_text(std::string_view text);

}  // namespace dvx
