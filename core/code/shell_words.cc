#include "core/code/shell_words.h"

#include <algorithm>
#include <utility>

namespace dvx {

namespace {

constexpr int kDeepestShell = 16;  // of shells within shells

bool starts_variable(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool continues_variable(char c) {
  return starts_variable(c) || (c >= '0' && c <= '9');
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

bool is_reserved(const ShellWord& word) {
  constexpr std::string_view kReserved[] = {"if", "then", "else", "elif", "do", "while", "until", "{", "!"};
  return word.size() == 1 && word[0].kind == ShellPiece::Kind::Text &&
         std::ranges::find(kReserved, word[0].text) != std::end(kReserved);
}

class ShellReader {
 public:
  ShellReader(std::string_view text, int depth) : text_(text), depth_(depth) {}

  std::vector<ShellPart> run() {
    while (at_ < text_.size()) step();
    end_command();
    return std::move(parts_);
  }

 private:
  using Kind = ShellPiece::Kind;

  struct HereDocument {
    std::string end;
    bool strips_tabs = false;
    std::size_t part = 0;  // the command that gets the text
  };

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  void step() {
    const char c = peek();
    if (is_space(c)) {
      ++at_;
    } else if (c == '\\' && peek(1) == '\n') {
      at_ += 2;
    } else if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\n') {
      ++at_;
      end_command();
      read_here_documents();
    } else if (c == ';' || c == '|' || c == '&') {
      ++at_;
      end_command();
    } else if (c == '(' || c == ')') {
      ++at_;
      end_command();
      parts_.push_back({.kind = c == '(' ? ShellPart::Kind::Open : ShellPart::Kind::Close});
    } else if (c == '<' || c == '>') {
      read_redirection();
    } else {
      take(read_word());
    }
  }

  void take(ShellWord word) {
    // "2>": which stream is redirected, no word.
    const bool is_stream = (peek() == '<' || peek() == '>') && word.size() == 1 &&
                           word[0].kind == Kind::Text &&
                           word[0].text.find_first_not_of("0123456789") == std::string::npos;
    if (is_stream) return;
    if (open_.words.empty()) {
      if (is_reserved(word)) return;
      if (auto assignment = as_assignment(word)) {
        open_.assignments.push_back(*std::move(assignment));
        return;
      }
    }
    open_.words.push_back(std::move(word));
  }

  static std::optional<ShellAssignment> as_assignment(const ShellWord& word) {
    if (word.empty() || word[0].kind != Kind::Text || !starts_variable(word[0].text[0])) return std::nullopt;
    const std::string& first = word[0].text;
    const auto end = std::ranges::find_if_not(first, continues_variable) - first.begin();
    if (static_cast<std::size_t>(end) == first.size() || first[static_cast<std::size_t>(end)] != '=')
      return std::nullopt;
    ShellAssignment assignment{.name = first.substr(0, static_cast<std::size_t>(end)), .value = word};
    assignment.value[0].text.erase(0, static_cast<std::size_t>(end) + 1);
    if (assignment.value[0].text.empty()) assignment.value.erase(assignment.value.begin());
    return assignment;
  }

  void end_command() {
    if (!open_.words.empty() || !open_.assignments.empty()) parts_.push_back(std::move(open_));
    for (HereDocument& document : documents_) {
      if (!document.part) document.part = parts_.size();  // one more than the position: 0 is "not yet"
    }
    open_ = {};
  }

  void read_redirection() {
    const bool is_document = peek() == '<' && peek(1) == '<' && peek(2) != '<';
    while (peek() == '<' || peek() == '>') ++at_;
    const bool strips_tabs = is_document && peek() == '-';
    if (strips_tabs || peek() == '&' || peek() == '|') ++at_;
    while (is_space(peek())) ++at_;
    if (at_ >= text_.size() || std::string_view("\n;|&()<>").find(peek()) != std::string_view::npos) return;
    std::string target;
    for (const ShellPiece& piece : read_word()) target += piece.text;
    if (is_document) documents_.push_back({.end = std::move(target), .strips_tabs = strips_tabs, .part = 0});
  }

  void read_here_documents() {
    for (const HereDocument& document : std::exchange(documents_, {})) {
      std::string body;
      while (at_ < text_.size()) {
        std::string_view line = text_.substr(at_, text_.find('\n', at_) - at_);
        at_ = std::min(at_ + line.size() + 1, text_.size());
        if (document.strips_tabs) line.remove_prefix(std::min(line.find_first_not_of('\t'), line.size()));
        if (line == document.end) break;
        body.append(line).append("\n");
      }
      if (document.part != 0) parts_[document.part - 1].input = std::move(body);
    }
  }

  ShellWord read_word() {
    word_.clear();
    while (at_ < text_.size()) {
      const char c = peek();
      if (is_space(c) || std::string_view("\n;|&()<>").find(c) != std::string_view::npos) break;
      if (c == '\'') {
        read_single_quotes();
      } else if (c == '"') {
        read_double_quotes();
      } else if (c == '\\') {
        if (peek(1) != '\n' && at_ + 1 < text_.size()) add(peek(1));
        at_ = std::min(at_ + 2, text_.size());
      } else if (c == '$' || c == '`') {
        read_expansion();
      } else {
        const bool is_home = c == '~' && word_.empty();
        if (c == '*' || c == '?' || c == '[' || is_home)
          word_.push_back({.kind = Kind::Unknown, .text = {}});
        else
          add(c);
        ++at_;
      }
    }
    return std::exchange(word_, {});
  }

  void add(char c) {
    if (word_.empty() || word_.back().kind != Kind::Text) word_.push_back({.kind = Kind::Text, .text = {}});
    word_.back().text += c;
  }

  void read_single_quotes() {
    const std::size_t end = std::min(text_.find('\'', at_ + 1), text_.size());
    for (++at_; at_ < end; ++at_) add(text_[at_]);
    at_ = std::min(at_ + 1, text_.size());
  }

  void read_double_quotes() {
    ++at_;
    while (at_ < text_.size() && peek() != '"') {
      if (peek() == '$' || peek() == '`') {
        read_expansion();
        continue;
      }
      const bool escapes =
          peek() == '\\' && std::string_view("$`\"\\\n").find(peek(1)) != std::string_view::npos;
      if (escapes) ++at_;
      if (at_ < text_.size() && !(escapes && peek() == '\n')) add(peek());
      at_ = std::min(at_ + 1, text_.size());
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  void read_expansion() {
    if (peek() == '`') return read_backquotes();
    if (peek(1) == '(') return read_command_output();
    if (peek(1) == '{') return read_braces();
    ++at_;
    if (!starts_variable(peek())) {
      const bool is_special = std::string_view("0123456789@*#?$!-").find(peek()) != std::string_view::npos;
      if (at_ >= text_.size() || !is_special) return add('$');
      ++at_;
      word_.push_back({.kind = Kind::Unknown, .text = {}});
      return;
    }
    std::string name;
    for (; continues_variable(peek()); ++at_) name += peek();
    word_.push_back({.kind = Kind::Variable, .text = std::move(name)});
  }

  void read_backquotes() {
    const std::size_t end = std::min(text_.find('`', at_ + 1), text_.size());
    output_of(text_.substr(at_ + 1, end - at_ - 1));
    at_ = std::min(end + 1, text_.size());
  }

  void read_command_output() {
    const std::size_t end = closing(at_ + 1, '(', ')');
    const std::string_view inner = text_.substr(at_ + 2, end - at_ - 2);
    if (inner.starts_with("(")) {
      word_.push_back({.kind = Kind::Unknown, .text = {}});  // arithmetic
    } else {
      output_of(inner);
    }
    at_ = std::min(end + 1, text_.size());
  }

  // $(pwd) is what $PWD is; other commands are read for their own sake.
  void output_of(std::string_view command) {
    if (command == "pwd") {
      word_.push_back({.kind = Kind::Variable, .text = "PWD"});
      return;
    }
    word_.push_back({.kind = Kind::Unknown, .text = {}});
    if (depth_ >= kDeepestShell) return;
    parts_.push_back({.kind = ShellPart::Kind::Open});
    for (ShellPart& part : ShellReader(command, depth_ + 1).run()) parts_.push_back(std::move(part));
    parts_.push_back({.kind = ShellPart::Kind::Close});
  }

  // "${NAME}", "${NAME:-text}", "${NAME-text}"; the other forms change the value.
  void read_braces() {
    const std::size_t end = closing(at_ + 1, '{', '}');
    const std::string_view inner = text_.substr(at_ + 2, end - at_ - 2);
    at_ = std::min(end + 1, text_.size());
    std::size_t length = 0;
    while (length < inner.size() && continues_variable(inner[length])) ++length;
    std::string_view rest = inner.substr(length);
    ShellPiece piece{.kind = Kind::Variable, .text = std::string(inner.substr(0, length))};
    if (rest.starts_with(":")) rest.remove_prefix(1);
    if (rest.starts_with("-") || rest.starts_with("=")) {
      rest.remove_prefix(1);
      const bool is_plain = rest.find_first_of("$`\"'\\") == std::string_view::npos;
      if (is_plain) piece.otherwise = std::string(rest);
      rest = {};
    }
    if (length == 0 || !starts_variable(inner[0]) || !rest.empty())
      piece = {.kind = Kind::Unknown, .text = {}};
    word_.push_back(std::move(piece));
  }

  // Where the bracket that opens at `start` is closed; the end of the text when it is not.
  std::size_t closing(std::size_t start, char open, char close) const {
    int depth = 0;
    for (std::size_t i = start; i < text_.size(); ++i) {
      const char c = text_[i];
      if (c == '\\') {
        ++i;
      } else if (c == '\'') {
        i = std::min(text_.find('\'', i + 1), text_.size());
      } else if (c == open) {
        ++depth;
      } else if (c == close && --depth == 0) {
        return i;
      }
    }
    return text_.size();
  }

  std::string_view text_;
  const int depth_;
  std::size_t at_ = 0;
  ShellPart open_;
  ShellWord word_;
  std::vector<HereDocument> documents_;
  std::vector<ShellPart> parts_;
};

}  // namespace

std::vector<ShellPart> read_shell_command(std::string_view text) {
  return ShellReader(text, 0).run();
}

}  // namespace dvx
