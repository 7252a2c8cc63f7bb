#include "core/formats/pipeline/interpolation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "core/formats/pipeline/template_text.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

// `from` moved on to a later offset of the same text.
TextPosition advanced(std::string_view text, TextPosition from, std::size_t offset) {
  for (; from.offset < offset; ++from.offset) {
    const char c = text[from.offset];
    if (c == '\n') {
      ++from.line;
      from.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
      ++from.column;
    }
  }
  return from;
}

// The expression as a command gives it to the shell: with a backslash before it and before each nested one,
// whose closing braces `inner` lacks, since it ends at the first brace.
std::string for_the_shell(std::string_view inner) {
  std::string text = "\\${";
  std::string braces = "}";
  while (!inner.empty()) {
    const std::size_t nested = inner.find("${");
    text += inner.substr(0, nested);
    if (nested == std::string_view::npos) break;
    text += "\\${";
    braces += '}';
    inner.remove_prefix(nested + 2);
  }
  return text + braces;
}

// "m." of "${m.${item}.t}", where somebody means a key that is the value of another variable. Of
// "${X:-${Y}}" it is the shell's business.
bool is_nested(std::string_view inner) {
  const std::size_t opening = inner.find("${");
  if (opening == std::string_view::npos) return false;
  const std::string_view before = inner.substr(0, opening);
  return before.find_first_of(":-+=?#%/!@^,") == std::string_view::npos;
}

}  // namespace

YamlNode Interpolation::resolve(const YamlNode& node, Composite composite) const {
  switch (node.kind()) {
    case Kind::String:
      return is_template(node.scalar()) ? resolve_text(node, composite) : node;
    case Kind::List: {
      std::vector<YamlNode> items;
      items.reserve(node.items().size());
      for (const YamlNode& item : node.items()) items.push_back(resolve(item, composite));
      return YamlNode::make_list(std::move(items)).standing_at(node);
    }
    case Kind::Map: {
      std::vector<std::pair<YamlNode, YamlNode>> fields;
      fields.reserve(node.fields().size());
      for (const auto& [key, value] : node.fields())
        fields.emplace_back(resolve(key, Composite::Refused), resolve(value, composite));
      return YamlNode::make_map(std::move(fields)).standing_at(node);
    }
    default:
      return node;
  }
}

YamlNode Interpolation::resolve_text(const YamlNode& node, Composite composite) const {
  const std::string& text = node.scalar();
  const std::vector<TemplateExpression> expressions = find_expressions(text);
  const bool is_alone =
      expressions.size() == 1 && expressions[0].begin == 0 && expressions[0].end == text.size();
  if (is_alone) {
    const YamlNode& value = value_of(node, expressions[0].inner, composite);
    const bool unpacks = composite == Composite::Unpacked && is_composite(value);
    if (!unpacks) return value.placed_at(node);
  }
  std::string result;
  std::size_t at = 0;
  for (const TemplateExpression& expression : expressions) {
    const Composite inner = composite == Composite::Allowed ? Composite::Refused : composite;
    const YamlNode& value = value_of(node, expression.inner, inner);
    result += without_escapes(std::string_view(text).substr(at, expression.begin - at));
    result += as_text(node, expression.inner, value);
    at = expression.end;
  }
  result += without_escapes(std::string_view(text).substr(at));
  return YamlNode::make_scalar(Kind::String, std::move(result)).standing_at(node);
}

const YamlNode& Interpolation::value_of(const YamlNode& node, std::string_view inner,
                                        Composite composite) const {
  if (is_nested(inner)) {
    fail(node, inner, "an expression stands inside of an expression, where only names can",
         "let 'foreach' or 'matrix' run over maps that hold the values: ${item.key}");
  }
  const auto path = parse_expression(inner);
  if (!path) {
    fail(node, inner, fmt::format("'${{{}}}' is not an expression", inner),
         "${name}, ${name.key} or ${name[0]}; for the shell: \\${…}");
  }
  const YamlNode* value = variables_.find(*path);
  if (value == nullptr) fail_with_unknown(node, inner);
  const bool fits = !is_composite(*value) || composite == Composite::Allowed ||
                    (composite == Composite::Unpacked && value->kind() == Kind::Map);
  if (!fits) {
    fail(node, inner, fmt::format("'${{{}}}' is {}, which cannot stand here", inner, value->kind_name()),
         value->kind() == Kind::List ? fmt::format("${{{}[0]}}", inner) : fmt::format("${{{}.key}}", inner));
  }
  return *value;
}

std::string Interpolation::as_text(const YamlNode& node, std::string_view inner,
                                   const YamlNode& value) const {
  if (value.kind() != Kind::Map) return value_text(value);
  try {
    return command_arguments(value, unpack_);
  } catch (const Error& error) {
    fail(node, inner, error.message());
  }
}

void Interpolation::fail_with_unknown(const YamlNode& node, std::string_view inner) const {
  const std::vector<std::string> names = variables_.names();
  const auto near = nearest_word(inner, std::vector<std::string_view>(names.begin(), names.end()));
  fail(node, inner, fmt::format("no variable '{}'", display_path(inner)),
       near ? fmt::format("did you mean '${{{}}}'?", *near)
            : fmt::format("for a variable of the shell: {}", display_path(for_the_shell(inner))));
}

void Interpolation::fail(const YamlNode& node, std::string_view inner, const std::string& message,
                         const std::string& hint) const {
  TextPosition at = node.begin();
  const std::string expression = fmt::format("${{{}}}", inner);
  const std::size_t written = text_.find(expression, at.offset);
  if (written != std::string_view::npos && written < std::max(node.end().offset, at.offset))
    at = advanced(text_, at, written);
  throw Error{ErrorKind::Config,
              fmt::format("{}:{}:{}: {}{}", display_path(file_), at.line, at.column,
                          stage_.empty() ? "" : fmt::format("stage '{}': ", stage_), message),
              hint, file_};
}

bool has_template(const YamlNode& node) {
  const auto in_field = [](const auto& field) {
    return has_template(field.first) || has_template(field.second);
  };
  return (node.kind() == Kind::String && is_template(node.scalar())) ||
         std::ranges::any_of(node.items(), has_template) || std::ranges::any_of(node.fields(), in_field);
}

}  // namespace dvx
