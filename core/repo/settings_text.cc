#include "core/repo/settings_text.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "base/path.h"

namespace dvx {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// One pass over the text, a character at a time: a section header in brackets, else a name with or without a
// value, until the text ends. Nothing is nested.
class SettingsReader {
 public:
  SettingsReader(std::string_view text, const std::string& name) : rest_(text), name_(name) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
    if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
  }

  std::map<std::string, std::string> read() {
    for (skip_space(); !at_end(); skip_space()) {
      if (peek() == '#' || peek() == ';') {
        skip_line();
      } else if (peek() == '[') {
        read_section();
      } else {
        read_setting();
      }
    }
    return std::move(values_);
  }

 private:
  bool at_end() const { return rest_.empty(); }
  char peek() const { return rest_.front(); }

  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\n') ++line_;
    return c;
  }

  // A line may end in "\r\n".
  bool at_line_end() const { return at_end() || peek() == '\n' || rest_.starts_with("\r\n"); }

  void skip_blanks() {
    while (!at_line_end() && (peek() == ' ' || peek() == '\t' || peek() == '\r')) take();
  }

  void skip_space() {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n')) take();
  }

  void skip_line() {
    while (!at_line_end()) take();
  }

  [[noreturn]] void fail(std::string_view why) const {
    throw Error(ErrorKind::Config,
                fmt::format("cannot read settings '{}': {} in line {}", display_path(name_), why, line_), {},
                name_);
  }

  // "[core]", "[remote "Origin"]", and the old spelling "[remote.origin]".
  void read_section() {
    take();
    std::string section;
    while (!at_line_end() && (is_name_letter(peek()) || peek() == '.')) section += lower(take());
    if (section.empty()) fail("a section without a name");
    skip_blanks();
    if (!at_line_end() && peek() == '"') section += "." + read_subsection();
    skip_blanks();
    if (at_line_end() || take() != ']') fail("a section header without its ']'");
    section_ = std::move(section);
  }

  std::string read_subsection() {
    take();
    std::string subsection;
    while (!at_line_end() && peek() != '"') {
      if (peek() == '\\') take();
      if (at_line_end()) break;
      subsection += take();
    }
    if (at_line_end()) fail("a section header without its closing quote");
    take();
    return subsection;
  }

  void read_setting() {
    std::string name;
    while (!at_line_end() && is_name_letter(peek())) name += lower(take());
    if (name.empty()) fail("something that is neither a section nor a setting");
    if (section_.empty()) fail("a setting before any section");
    skip_blanks();
    const std::string key = section_ + "." + name;
    const bool has_value = !at_line_end() && peek() == '=';
    if (has_value) {
      take();
      values_[key] = read_value();
      return;
    }
    if (!at_line_end() && peek() != '#' && peek() != ';') fail("a name that is followed by no '='");
    values_[key] = "true";
  }

  // Up to the end of the line or a comment; blanks at both ends do not count, unless they are quoted.
  std::string read_value() {
    skip_blanks();
    std::string value;
    std::size_t kept = 0;  // of `value`, without blanks at its end
    bool is_quoted = false;
    while (!at_line_end()) {
      const char c = peek();
      if (!is_quoted && (c == '#' || c == ';')) {
        skip_line();
        break;
      }
      take();
      if (c == '"') {
        is_quoted = !is_quoted;
        kept = value.size();
        continue;
      }
      if (c == '\\') {
        add_escaped(value);
        kept = value.size();
        continue;
      }
      value += c;
      if (is_quoted || (c != ' ' && c != '\t' && c != '\r')) kept = value.size();
    }
    if (is_quoted) fail("a value without its closing quote");
    value.resize(kept);
    return value;
  }

  void add_escaped(std::string& value) {
    if (rest_.starts_with("\r\n")) take();
    if (at_end()) fail("a '\\' at the end of the file");
    switch (take()) {
      case '\n':
        return;  // the value goes on in the next line
      case 'n':
        value += '\n';
        return;
      case 't':
        value += '\t';
        return;
      case 'b':
        value += '\b';
        return;
      case '"':
        value += '"';
        return;
      case '\\':
        value += '\\';
        return;
      default:
        fail("a '\\' before a character that needs none");
    }
  }

  std::string_view rest_;
  const std::string& name_;
  std::size_t line_ = 1;
  std::string section_;
  std::map<std::string, std::string> values_;
};

}  // namespace

std::map<std::string, std::string> parse_settings(std::string_view text, const std::string& name_for_errors) {
  if (text.size() > kMostSettingsBytes) {
    throw Error(ErrorKind::Config,
                fmt::format("cannot read settings '{}': the file is larger than {} bytes",
                            display_path(name_for_errors), kMostSettingsBytes),
                {}, name_for_errors);
  }
  return SettingsReader(text, name_for_errors).read();
}

}  // namespace dvx
