// "${…}" in the texts of dvx.yaml: where expressions stand and what they name. Pure text, DVC's grammar.
//
//   text       = { literal | "${" expression "}" }     an expression ends at the first '}' of its line
//   expression = word { "." word | "[" word "]" }      word: anything without '.', '[', ']'
//
// A backslash before "${" takes its meaning away, and is dropped.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

struct TemplateExpression {
  std::size_t begin = 0, end = 0;  // bytes of the text, from "$" to behind "}"
  std::string_view inner;          // between the braces, in the text that was given
};

std::vector<TemplateExpression> find_expressions(std::string_view text);

// Whether interpolation could change the text: it has an expression, or an escape to drop.
bool is_template(std::string_view text);

// "train.layers[0]" → {"train", "layers", "0"}, without white space around words. nullopt: not an expression.
std::optional<std::vector<std::string>> parse_expression(std::string_view inner);

// "\${" → "${".
std::string without_escapes(std::string_view literal);

}  // namespace dvx
