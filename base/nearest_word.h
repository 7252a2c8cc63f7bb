// Finds the known word that the user probably meant, for "did you mean" hints.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

// Returns the nearest word by Levenshtein distance with transpositions, when at most a third of the word is
// wrong. Among equally near words it returns the first.
std::optional<std::string> nearest_word(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace dvx
