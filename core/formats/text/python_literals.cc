#include "core/formats/text/python_literals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/error.h"
#include "base/path.h"
#include "base/utf8.h"
#include "core/formats/text/python_tokens.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;
using Fields = std::vector<std::pair<YamlNode, YamlNode>>;

// Tokens of an expression to a value, or nullopt when it is no literal.
class LiteralReader {
 public:
  LiteralReader(const std::vector<PythonToken>& tokens, std::size_t at) : tokens_(tokens), at_(at) {}

  std::optional<YamlNode> whole() {
    auto value = expression();
    if (!value || at_ != tokens_.size()) return std::nullopt;
    return value;
  }

 private:
  static constexpr int kMaximumDepth = 60;

  bool is_sign(std::string_view text) const {
    return at_ < tokens_.size() && tokens_[at_].type == PythonToken::Type::Sign && tokens_[at_].text == text;
  }
  bool take(std::string_view sign) {
    const bool found = is_sign(sign);
    if (found) ++at_;
    return found;
  }

  // A value, or several with commas between them: a tuple.
  std::optional<YamlNode> expression() {
    auto first = value();
    if (!first || !is_sign(",")) return first;
    std::vector<YamlNode> items;
    items.push_back(*std::move(first));
    while (take(",")) {
      if (at_ == tokens_.size() || is_sign(")")) break;
      auto next = value();
      if (!next) return std::nullopt;
      items.push_back(*std::move(next));
    }
    return YamlNode::make_list(std::move(items));
  }

  std::optional<YamlNode> value() {
    if (++depth_ > kMaximumDepth || at_ >= tokens_.size()) return std::nullopt;
    auto result = inner_value();
    --depth_;
    return result;
  }

  std::optional<YamlNode> inner_value() {
    if (take("(")) return parenthesis();
    if (take("[")) return list("]");
    if (take("{")) return braces();
    if (take("-")) return number("-");
    if (take("+")) return number("");
    switch (tokens_[at_].type) {
      case PythonToken::Type::Number:
        return number("");
      case PythonToken::Type::String:
        return text();
      case PythonToken::Type::Name:
        return word();
      default:
        return std::nullopt;
    }
  }

  std::optional<YamlNode> parenthesis() {
    if (take(")")) return YamlNode::make_list({});
    auto inner = expression();
    if (!inner || !take(")")) return std::nullopt;
    return inner;
  }

  std::optional<YamlNode> list(std::string_view closing) {
    std::vector<YamlNode> items;
    while (!take(closing)) {
      auto item = value();
      if (!item) return std::nullopt;
      items.push_back(*std::move(item));
      if (!take(",") && !is_sign(closing)) return std::nullopt;
    }
    return YamlNode::make_list(std::move(items));
  }

  // {} and {a: b} are maps, {a, b} is a set.
  std::optional<YamlNode> braces() {
    if (take("}")) return YamlNode::make_map({});
    const std::size_t start = at_;
    if (!value()) return std::nullopt;
    const bool is_map = is_sign(":");
    at_ = start;
    return is_map ? map() : list("}");
  }

  std::optional<YamlNode> map() {
    YamlNode result = YamlNode::make_map({});
    while (!take("}")) {
      auto key = value();
      const bool is_scalar = key && key->kind() != Kind::List && key->kind() != Kind::Map;
      if (!is_scalar || !take(":")) return std::nullopt;
      auto item = value();
      if (!item) return std::nullopt;
      if (YamlNode* there = result.find(key->scalar())) {
        *there = *std::move(item);
      } else {
        result.add_field(*std::move(key), *std::move(item));
      }
      if (!take(",") && !is_sign("}")) return std::nullopt;
    }
    return result;
  }

  std::optional<YamlNode> number(const std::string& sign) {
    if (at_ >= tokens_.size() || tokens_[at_].type != PythonToken::Type::Number) return std::nullopt;
    std::string digits = tokens_[at_++].text;
    std::erase(digits, '_');
    const bool is_prefixed = digits.size() > 2 && digits[0] == '0' && !is_ascii_digit(digits[1]) &&
                             digits[1] != '.' && digits[1] != 'e' && digits[1] != 'E';
    if (is_prefixed) return based_number(digits, sign);
    if (digits.find_first_not_of("0123456789.eE+-") != std::string::npos) return std::nullopt;  // complex
    const bool is_int = digits.find_first_of(".eE") == std::string::npos;
    return YamlNode::make_scalar(is_int ? Kind::Int : Kind::Float, sign + digits);
  }

  static std::optional<YamlNode> based_number(const std::string& digits, const std::string& sign) {
    const char letter = static_cast<char>(digits[1] | 0x20);
    const int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
    std::size_t used = 0;
    if (base == 0 || digits.size() > 17) return std::nullopt;
    try {
      const unsigned long long number = std::stoull(digits.substr(2), &used, base);
      if (used + 2 != digits.size()) return std::nullopt;
      return YamlNode::make_scalar(Kind::Int, fmt::format("{}{}", sign, number));
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

  // Strings side by side are one.
  std::optional<YamlNode> text() {
    std::string joined;
    for (; at_ < tokens_.size() && tokens_[at_].type == PythonToken::Type::String; ++at_)
      joined += tokens_[at_].text;
    if (joined.find('\0') != std::string::npos || !is_valid_utf8(joined)) return std::nullopt;
    return YamlNode::make_scalar(Kind::String, std::move(joined));
  }

  std::optional<YamlNode> word() {
    const std::string& name = tokens_[at_++].text;
    if (name == "True") return YamlNode::make_scalar(Kind::Bool, "true");
    if (name == "False") return YamlNode::make_scalar(Kind::Bool, "false");
    if (name == "None") return YamlNode::make_scalar(Kind::Null, "null");
    return std::nullopt;
  }

  const std::vector<PythonToken>& tokens_;
  std::size_t at_;
  int depth_ = 0;
};

// Statements to values, block by block.
class ModuleReader {
 public:
  explicit ModuleReader(const std::vector<PythonStatement>& statements) : statements_(statements) {}

  YamlNode run() {
    YamlNode values = YamlNode::make_map({});
    read_block(values, Names::Own, 0);
    return values;
  }

 private:
  enum class Names { Own, OfSelf };  // `x = 1`; only `self.x = 1`
  static constexpr int kMaximumDepth = 60;

  bool is_name(const PythonStatement& statement, std::size_t i, std::string_view text) const {
    return i < statement.tokens.size() && statement.tokens[i].type == PythonToken::Type::Name &&
           statement.tokens[i].text == text;
  }
  static bool is_sign(const PythonStatement& statement, std::size_t i, std::string_view text) {
    return i < statement.tokens.size() && statement.tokens[i].type == PythonToken::Type::Sign &&
           statement.tokens[i].text == text;
  }

  // From the statement in hand to the first that is indented less.
  void read_block(YamlNode& into, Names names, int depth) {
    if (at_ >= statements_.size()) return;
    const std::size_t indent = statements_[at_].indent;
    while (at_ < statements_.size() && statements_[at_].indent >= indent) {
      const PythonStatement& statement = statements_[at_++];
      const bool opens = at_ < statements_.size() && statements_[at_].indent > statement.indent;
      if (!opens) {
        assign(statement, into, names);
      } else if (is_name(statement, 0, "class") && statement.tokens.size() > 1 && depth < kMaximumDepth) {
        YamlNode inner = YamlNode::make_map({});
        read_block(inner, Names::Own, depth + 1);
        set(into, statement.tokens[1].text, std::move(inner));
      } else if (is_name(statement, 0, "def") && is_name(statement, 1, "__init__") && depth < kMaximumDepth) {
        read_block(into, Names::OfSelf, depth + 1);
      } else {
        skip_block(statement.indent);
      }
    }
  }

  void skip_block(std::size_t indent) {
    while (at_ < statements_.size() && statements_[at_].indent > indent) ++at_;
  }

  static void set(YamlNode& into, const std::string& name, YamlNode value) {
    if (YamlNode* there = into.find(name)) {
      *there = std::move(value);
    } else {
      into.add_field(YamlNode::make_scalar(Kind::String, name), std::move(value));
    }
  }

  // `name = value`, `name: type = value`; after `self.` in __init__ (and there only).
  void assign(const PythonStatement& statement, YamlNode& into, Names names) const {
    const auto& tokens = statement.tokens;
    const bool of_self = is_name(statement, 0, "self") && is_sign(statement, 1, ".");
    if (names == Names::OfSelf && !of_self) return;
    const std::size_t name = of_self ? 2 : 0;
    if (name >= tokens.size() || tokens[name].type != PythonToken::Type::Name) return;
    std::size_t equals = name + 1;
    if (is_sign(statement, equals, ":")) equals = end_of_annotation(statement, equals);
    if (!is_sign(statement, equals, "=")) return;
    if (auto value = LiteralReader(tokens, equals + 1).whole())
      set(into, tokens[name].text, *std::move(value));
  }

  // The first '=' outside of brackets.
  static std::size_t end_of_annotation(const PythonStatement& statement, std::size_t at) {
    int depth = 0;
    for (; at < statement.tokens.size(); ++at) {
      if (statement.tokens[at].type != PythonToken::Type::Sign) continue;
      const std::string& sign = statement.tokens[at].text;
      if (sign == "(" || sign == "[" || sign == "{") ++depth;
      if (sign == ")" || sign == "]" || sign == "}") --depth;
      if (sign == "=" && depth == 0) break;
    }
    return at;
  }

  const std::vector<PythonStatement>& statements_;
  std::size_t at_ = 0;
};

}  // namespace

YamlNode parse_python_literals(std::string_view text, const std::string& path) {
  if (!is_valid_utf8(text))
    throw Error{ErrorKind::Config, fmt::format("{}: not UTF-8 text", display_path(path)), {}, path};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::vector<PythonStatement> statements = read_python_statements(text, path);
  return ModuleReader(statements).run();
}

}  // namespace dvx
