#include "core/formats/text/python_tokens.h"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/error.h"
#include "base/path.h"

namespace dvx {

namespace {

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
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
  Lexer(std::string_view text, const std::string& path, UnreadableText unreadable)
      : text_(text), path_(path), unreadable_(unreadable) {}

  std::vector<PythonStatement> run() {
    while (at_ < text_.size()) read_line();
    if (!brackets_.empty()) complain(brackets_.back().second, "a bracket is not closed");
    end_statement();
    return std::move(statements_);
  }

 private:
  void complain(std::size_t line, const std::string& message) const {
    if (unreadable_ == UnreadableText::PassOver) return;
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
    open_ = PythonStatement{.indent = indent, .line = line_, .tokens = {}};
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
    } else if (starts_name(c)) {
      read_while(PythonToken::Type::Name, [](char d) { return starts_name(d) || is_ascii_digit(d); });
    } else if (is_ascii_digit(c) || (c == '.' && is_ascii_digit(peek(1)))) {
      read_number();
    } else {
      read_sign(c);
    }
  }

  template <typename Predicate>
  void read_while(PythonToken::Type type, const Predicate& belongs) {
    const std::size_t start = at_;
    while (at_ < text_.size() && belongs(text_[at_])) ++at_;
    open_.tokens.push_back({type, std::string(text_.substr(start, at_ - start))});
  }

  void read_number() {
    const bool is_hex = looking_at("0x") || looking_at("0X");
    char last = '\0';
    read_while(PythonToken::Type::Number, [&](char c) {
      const bool exponent_sign = (c == '+' || c == '-') && !is_hex && (last == 'e' || last == 'E');
      last = c;
      return exponent_sign || is_ascii_digit(c) || c == '.' || (starts_name(c) && c < 0x7f && c > 0);
    });
  }

  void read_sign(char c) {
    if (c == '(' || c == '[' || c == '{') brackets_.emplace_back(c, line_);
    if (c == ')' || c == ']' || c == '}') {
      const char opening = c == ')' ? '(' : c == ']' ? '[' : '{';
      if (brackets_.empty() || brackets_.back().first != opening)
        complain(line_, fmt::format("a '{}' closes nothing", c));
      if (!brackets_.empty()) brackets_.pop_back();
    }
    constexpr std::string_view kTwo[] = {"==", "!=", "<=", ">=", "->", ":=", "+=", "-=", "*=", "/=",
                                         "%=", "&=", "|=", "^=", "@=", "//", "**", "<<", ">>"};
    for (const std::string_view sign : kTwo) {
      if (!looking_at(sign)) continue;
      open_.tokens.push_back({PythonToken::Type::Sign, std::string(sign)});
      at_ += 2;
      return;
    }
    open_.tokens.push_back({PythonToken::Type::Sign, std::string(1, c)});
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
      if (at_ >= text_.size() || (!is_long && (peek() == '\n' || peek() == '\r'))) {
        complain(first_line, "a string is not closed");
        break;
      }
      if (peek() == '\n') ++line_;
      if (peek() == '\\') {
        read_escape(value, has(prefix, 'r'));
      } else {
        value += text_[at_++];
      }
    }
    if (looking_at(closing)) at_ += closing.size();
    // An f-string is an expression; bytes are no value of a params file.
    const bool is_text = !has(prefix, 'b') && !has(prefix, 'f');
    open_.tokens.push_back(
        {is_text ? PythonToken::Type::String : PythonToken::Type::Bytes, std::move(value)});
  }

  void read_escape(std::string& value, bool is_raw) {
    const char c = peek(1);
    if (at_ + 1 >= text_.size()) {
      complain(line_, "a string is not closed");
      ++at_;
      return;
    }
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
    constexpr std::uint32_t kReplacement = 0xFFFD;
    std::uint32_t code = 0;
    for (int i = 0; i < digits; ++i, ++at_) {
      const auto digit = std::string_view("0123456789abcdef").find(static_cast<char>(peek() | 0x20));
      if (digit == std::string_view::npos) {
        complain(line_, "an escape in a string is not whole");
        return kReplacement;
      }
      code = code * 16 + static_cast<std::uint32_t>(digit);
    }
    if (code <= 0x10FFFF && (code < 0xD800 || code >= 0xE000)) return code;
    complain(line_, "an escape names no character");
    return kReplacement;
  }

  std::uint32_t octal() {
    std::uint32_t code = 0;
    for (int i = 0; i < 3 && peek() >= '0' && peek() <= '7'; ++i, ++at_)
      code = code * 8 + static_cast<std::uint32_t>(peek() - '0');
    return code;
  }

  std::string_view text_;
  const std::string& path_;
  const UnreadableText unreadable_;
  std::size_t at_ = 0, line_ = 1;
  std::vector<std::pair<char, std::size_t>> brackets_;  // open ones, with their lines
  PythonStatement open_;
  std::vector<PythonStatement> statements_;
};

}  // namespace

std::vector<PythonStatement> read_python_statements(std::string_view text, const std::string& path,
                                                    UnreadableText unreadable) {
  return Lexer(text, path, unreadable).run();
}

}  // namespace dvx
