#include "core/formats/pipeline/template_text.h"

#include <algorithm>

namespace dvx {

namespace {

constexpr std::string_view kOpening = "${";
constexpr std::string_view kSpecial = ".[]";

std::string trimmed(std::string_view word) {
  const std::size_t first = word.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(word.substr(first, word.find_last_not_of(" \t") + 1 - first));
}

// Takes the word at the front; nullopt when there is none.
std::optional<std::string> take_word(std::string_view& rest) {
  const std::size_t length = std::min(rest.find_first_of(kSpecial), rest.size());
  std::string word = trimmed(rest.substr(0, length));
  rest.remove_prefix(length);
  if (word.empty()) return std::nullopt;
  return word;
}

}  // namespace

std::vector<TemplateExpression> find_expressions(std::string_view text) {
  std::vector<TemplateExpression> found;
  for (std::size_t at = text.find(kOpening); at != std::string_view::npos;) {
    const bool is_escaped = at > 0 && text[at - 1] == '\\';
    const std::size_t end = is_escaped ? std::string_view::npos : text.find_first_of("}\n", at);
    const bool is_closed = end != std::string_view::npos && text[end] == '}';
    if (is_closed) found.push_back({at, end + 1, text.substr(at + 2, end - at - 2)});
    at = text.find(kOpening, is_closed ? end + 1 : at + 2);
  }
  return found;
}

bool is_template(std::string_view text) {
  return text.find(kOpening) != std::string_view::npos;
}

std::optional<std::vector<std::string>> parse_expression(std::string_view inner) {
  std::vector<std::string> path;
  auto word = take_word(inner);
  if (!word) return std::nullopt;
  path.push_back(*std::move(word));
  while (!inner.empty()) {
    const char mark = inner.front();
    inner.remove_prefix(1);
    word = mark == ']' ? std::nullopt : take_word(inner);
    if (!word) return std::nullopt;
    path.push_back(*std::move(word));
    if (mark != '[') continue;
    if (!inner.starts_with(']')) return std::nullopt;
    inner.remove_prefix(1);
    const std::size_t next = inner.find_first_not_of(" \t");
    inner.remove_prefix(std::min(next, inner.size()));
    if (!inner.empty() && inner.front() != '.' && inner.front() != '[') return std::nullopt;
  }
  return path;
}

std::string without_escapes(std::string_view literal) {
  std::string text;
  for (std::size_t at = 0;;) {
    const std::size_t escape = literal.find("\\${", at);
    text += literal.substr(at, escape - at);
    if (escape == std::string_view::npos) return text;
    text += kOpening;
    at = escape + 3;
  }
}

}  // namespace dvx
