// "Did you mean": the known word that a slip most likely meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

// Nearest by Levenshtein distance with transpositions, when at most a third of the word is wrong; the first
// of equals.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace dvx
