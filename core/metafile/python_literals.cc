#include "core/metafile/python_literals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/path.h"
#include "base/utf8.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;
using Fields = std::vector<std::pair<YamlNode, YamlNode>>;

struct Token {
  enum class Type { Name, Number, String, Bytes, Sign };  // Sign: any operator or bracket
  Type type = Type::Sign;
  std::string text;  // of a string its value
};

// A statement without its line ends, and how far it is indented.
struct Statement {
  std::size_t indent = 0, line = 1;
  std::vector<Token> tokens;
};

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

void append_utf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xC0U | (code >> 6U));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xE0U | (code >> 12U));
    text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  } else {
    text += static_cast<char>(0xF0U | (code >> 18U));
    text += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
    text += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
    text += static_cast<char>(0x80U | (code & 0x3FU));
  }
}

// Text to statements: strings, comments, brackets and joined lines as Python has them.
class Lexer {
 public:
  Lexer(std::string_view text, const std::string& path) : text_(text), path_(path) {}

  std::vector<Statement> run() {
    while (at_ < text_.size()) read_line();
    if (!brackets_.empty()) fail(brackets_.back().second, "a bracket is not closed");
    end_statement();
    return std::move(statements_);
  }

 private:
  [[noreturn]] void fail(std::size_t line, const std::string& message) const {
    throw Error{ErrorKind::Config, fmt::format("{}:{}:1: {}", display_path(path_), line, message), {}, path_};
  }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool looking_at(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  // One line of text, or several where strings, brackets or a backslash join them.
  void read_line() {
    std::size_t indent = 0;
    for (; peek() == ' ' || peek() == '\t' || peek() == '\f'; ++at_)
      indent += peek() == '\t' ? 8 - indent % 8 : 1;
    if (brackets_.empty()) begin_statement(indent);
    while (at_ < text_.size()) {
      const char c = peek();
      if (c == '\n' || c == '\r') {
        at_ += looking_at("\r\n") ? 2 : 1;
        ++line_;
        if (brackets_.empty()) end_statement();
        return;
      }
      if (c == '\\' && (peek(1) == '\n' || peek(1) == '\r')) {
        ++at_;
        at_ += looking_at("\r\n") ? 2 : 1;
        ++line_;
      } else {
        read_token(indent);
      }
    }
  }

  void begin_statement(std::size_t indent) {
    open_ = Statement{.indent = indent, .line = line_, .tokens = {}};
  }
  void end_statement() {
    if (!open_.tokens.empty()) statements_.push_back(std::move(open_));
    open_ = {};
  }

  void read_token(std::size_t indent) {
    const char c = peek();
    if (c == ' ' || c == '\t' || c == '\f') {
      ++at_;
    } else if (c == '#') {
      while (at_ < text_.size() && peek() != '\n' && peek() != '\r') ++at_;
    } else if (c == ';' && brackets_.empty()) {
      ++at_;
      end_statement();
      begin_statement(indent);
    } else if (const auto prefix = string_prefix()) {
      read_string(*prefix);
    } else if (is_name_start(c)) {
      read_while(Token::Type::Name, [](char d) { return is_name_start(d) || is_digit(d); });
    } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
      read_number();
    } else {
      read_sign(c);
    }
  }

  template <typename Predicate>
  void read_while(Token::Type type, const Predicate& belongs) {
    const std::size_t start = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    open_.tokens.push_back({type, std::string(text_.substr(start, at_ - start))});
  }

  void read_number() {
    const bool is_hex = looking_at("0x") || looking_at("0X");
    char last = '\0';
    read_while(Token::Type::Number, [&](char c) {
      const bool exponent_sign = (c == '+' || c == '-') && !is_hex && (last == 'e' || last == 'E');
      last = c;
      return exponent_sign || is_digit(c) || c == '.' || (is_name_start(c) && c < 0x7f && c > 0);
    });
  }

  void read_sign(char c) {
    if (c == '(' || c == '[' || c == '{') brackets_.emplace_back(c, line_);
    if (c == ')' || c == ']' || c == '}') {
      const char opening = c == ')' ? '(' : c == ']' ? '[' : '{';
      if (brackets_.empty() || brackets_.back().first != opening)
        fail(line_, fmt::format("a '{}' closes nothing", c));
      brackets_.pop_back();
    }
    constexpr std::string_view kTwo[] = {"==", "!=", "<=", ">=", "->", ":=", "+=", "-=", "*=", "/=",
                                         "%=", "&=", "|=", "^=", "@=", "//", "**", "<<", ">>"};
    for (const std::string_view sign : kTwo) {
      if (!looking_at(sign)) continue;
      open_.tokens.push_back({Token::Type::Sign, std::string(sign)});
      at_ += 2;
      return;
    }
    open_.tokens.push_back({Token::Type::Sign, std::string(1, c)});
    ++at_;
  }

  // Letters before a quote ("rb"), or nullopt when no string starts here.
  std::optional<std::string> string_prefix() const {
    std::size_t length = 0;
    while (length < 3 && std::string_view("rRbBuUfF").find(peek(length)) != std::string_view::npos &&
           peek(length) != '\0')
      ++length;
    if (length > 2 || (peek(length) != '"' && peek(length) != '\'')) return std::nullopt;
    return std::string(text_.substr(at_, length));
  }

  static bool has(const std::string& prefix, char lower) {
    return prefix.find(lower) != std::string::npos ||
           prefix.find(static_cast<char>(lower - 'a' + 'A')) != std::string::npos;
  }

  void read_string(const std::string& prefix) {
    const std::size_t first_line = line_;
    at_ += prefix.size();
    const char quote = peek();
    const std::string triple(3, quote);
    const bool is_long = looking_at(triple);
    const std::string closing = is_long ? triple : std::string(1, quote);
    at_ += closing.size();
    std::string value;
    while (!looking_at(closing)) {
      if (at_ >= text_.size() || (!is_long && (peek() == '\n' || peek() == '\r')))
        fail(first_line, "a string is not closed");
      if (peek() == '\n') ++line_;
      if (peek() == '\\') {
        read_escape(value, has(prefix, 'r'));
      } else {
        value += text_[at_++];
      }
    }
    at_ += closing.size();
    // An f-string is an expression; bytes are no value of a params file.
    const bool is_text = !has(prefix, 'b') && !has(prefix, 'f');
    open_.tokens.push_back({is_text ? Token::Type::String : Token::Type::Bytes, std::move(value)});
  }

  void read_escape(std::string& value, bool is_raw) {
    const char c = peek(1);
    if (at_ + 1 >= text_.size()) fail(line_, "a string is not closed");
    if (is_raw) {
      if (c == '\n') ++line_;
      value += text_.substr(at_, 2);
      at_ += 2;
      return;
    }
    at_ += 2;
    constexpr std::string_view kLetters = "abfnrtv\\'\"", kMeanings = "\a\b\f\n\r\t\v\\'\"";
    if (const auto known = kLetters.find(c); known != std::string_view::npos) {
      value += kMeanings[known];
    } else if (c == '\n') {
      ++line_;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      append_utf8(value, hex(c == 'x' ? 2 : c == 'u' ? 4 : 8));
    } else if (c >= '0' && c <= '7') {
      --at_;
      append_utf8(value, octal());
    } else {
      value += '\\';
      value += c;
    }
  }

  std::uint32_t hex(int digits) {
    std::uint32_t code = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(peek() | 0x20));
      if (digit == std::string_view::npos) fail(line_, "an escape in a string is not whole");
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) fail(line_, "an escape names no character");
    return code;
  }

  std::uint32_t octal() {
    std::uint32_t code = 0;
    for (int i = 0; i < 3 && peek() >= '0' && peek() <= '7'; ++i, ++at_)
      code = code * 8 + static_cast<std::uint32_t>(peek() - '0');
    return code;
  }

  std::string_view text_;
  const std::string& path_;
  std::size_t at_ = 0, line_ = 1;
  std::vector<std::pair<char, std::size_t>> brackets_;  // open ones, with their lines
  Statement open_;
  std::vector<Statement> statements_;
};

// Tokens of an expression to a value, or nullopt when it is no literal.
class LiteralReader {
 public:
  LiteralReader(const std::vector<Token>& tokens, std::size_t at) : tokens_(tokens), at_(at) {}

  std::optional<YamlNode> whole() {
    auto value = expression();
    if (!value || at_ != tokens_.size()) return std::nullopt;
    return value;
  }

 private:
  static constexpr int kMaximumDepth = 60;

  bool is_sign(std::string_view text) const {
    return at_ < tokens_.size() && tokens_[at_].type == Token::Type::Sign && tokens_[at_].text == text;
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
      case Token::Type::Number:
        return number("");
      case Token::Type::String:
        return text();
      case Token::Type::Name:
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
    if (at_ >= tokens_.size() || tokens_[at_].type != Token::Type::Number) return std::nullopt;
    std::string digits = tokens_[at_++].text;
    std::erase(digits, '_');
    const bool is_prefixed = digits.size() > 2 && digits[0] == '0' && !is_digit(digits[1]) &&
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
    for (; at_ < tokens_.size() && tokens_[at_].type == Token::Type::String; ++at_)
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

  const std::vector<Token>& tokens_;
  std::size_t at_;
  int depth_ = 0;
};

// Statements to values, block by block.
class ModuleReader {
 public:
  explicit ModuleReader(const std::vector<Statement>& statements) : statements_(statements) {}

  YamlNode run() {
    YamlNode values = YamlNode::make_map({});
    read_block(values, Names::Own, 0);
    return values;
  }

 private:
  enum class Names { Own, OfSelf };  // `x = 1`; only `self.x = 1`
  static constexpr int kMaximumDepth = 60;

  bool is_name(const Statement& statement, std::size_t i, std::string_view text) const {
    return i < statement.tokens.size() && statement.tokens[i].type == Token::Type::Name &&
           statement.tokens[i].text == text;
  }
  static bool is_sign(const Statement& statement, std::size_t i, std::string_view text) {
    return i < statement.tokens.size() && statement.tokens[i].type == Token::Type::Sign &&
           statement.tokens[i].text == text;
  }

  // From the statement in hand to the first that is indented less.
  void read_block(YamlNode& into, Names names, int depth) {
    if (at_ >= statements_.size()) return;
    const std::size_t indent = statements_[at_].indent;
    while (at_ < statements_.size() && statements_[at_].indent >= indent) {
      const Statement& statement = statements_[at_++];
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
  void assign(const Statement& statement, YamlNode& into, Names names) const {
    const auto& tokens = statement.tokens;
    const bool of_self = is_name(statement, 0, "self") && is_sign(statement, 1, ".");
    if (names == Names::OfSelf && !of_self) return;
    const std::size_t name = of_self ? 2 : 0;
    if (name >= tokens.size() || tokens[name].type != Token::Type::Name) return;
    std::size_t equals = name + 1;
    if (is_sign(statement, equals, ":")) equals = end_of_annotation(statement, equals);
    if (!is_sign(statement, equals, "=")) return;
    if (auto value = LiteralReader(tokens, equals + 1).whole())
      set(into, tokens[name].text, *std::move(value));
  }

  // The first '=' outside of brackets.
  static std::size_t end_of_annotation(const Statement& statement, std::size_t at) {
    int depth = 0;
    for (; at < statement.tokens.size(); ++at) {
      if (statement.tokens[at].type != Token::Type::Sign) continue;
      const std::string& sign = statement.tokens[at].text;
      if (sign == "(" || sign == "[" || sign == "{") ++depth;
      if (sign == ")" || sign == "]" || sign == "}") --depth;
      if (sign == "=" && depth == 0) break;
    }
    return at;
  }

  const std::vector<Statement>& statements_;
  std::size_t at_ = 0;
};

}  // namespace

YamlNode parse_python_literals(std::string_view text, const std::string& path) {
  if (!is_valid_utf8(text))
    throw Error{ErrorKind::Config, fmt::format("{}: not UTF-8 text", display_path(path)), {}, path};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::vector<Statement> statements = Lexer(text, path).run();
  return ModuleReader(statements).run();
}

}  // namespace dvx
