#include "core/formats/pipeline/bash_syntax.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace dvx {

namespace {

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

constexpr auto kCommandsOfBash =
    std::to_array<std::string_view>({"[[", "source", "declare", "typeset", "shopt", "pushd", "popd",
                                     "mapfile", "readarray", "function", "let"});
// Words behind which another command stands.
constexpr auto kBeforeCommands =
    std::to_array<std::string_view>({"then", "do", "else", "elif", "if", "while", "until", "!", "{", "time"});
constexpr auto kEchoFlags = std::to_array<std::string_view>({"-e", "-ne", "-en"});

constexpr char kHidden = 'q';  // stands in a word for what is quoted or comes of a parameter

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_assignment(std::string_view word) {
  const std::size_t sign = word.find('=');
  return sign != std::string_view::npos && sign > 0 && std::ranges::all_of(word.substr(0, sign), is_name);
}

// {a,b} and {1..3} of an unquoted word.
bool has_brace_expansion(std::string_view word) {
  for (std::size_t open = word.find('{'); open != std::string_view::npos; open = word.find('{', open + 1)) {
    const std::size_t close = word.find('}', open);
    if (close == std::string_view::npos) return false;
    const std::string_view inner = word.substr(open + 1, close - open - 1);
    if (inner.find(',') != std::string_view::npos || inner.find("..") != std::string_view::npos) return true;
  }
  return false;
}

class BashScan {
 public:
  explicit BashScan(std::string_view text) : rest_(text) {}

  bool run() {
    while (!rest_.empty() && !found_) step();
    end_word();
    return found_;
  }

 private:
  void step() {
    const char c = rest_.front();
    if (rest_.starts_with("\\")) return hide(2);
    if (c == '\'') return hide_to('\'');
    if (c == '"') return double_quotes();
    if (rest_.starts_with("$'")) return find();
    if (c == '$') return parameter();
    if (c == '#' && word_.empty()) return drop(std::min(rest_.find('\n'), rest_.size()));
    if (c == ' ' || c == '\t') return blank();
    if (std::string_view("\n;&|<>()").find(c) != std::string_view::npos) return operator_();
    word_ += c;
    drop(1);
  }

  void find() {
    found_ = true;
    rest_ = {};
  }

  void drop(std::size_t count) { rest_.remove_prefix(std::min(count, rest_.size())); }

  void hide(std::size_t count) {
    word_ += kHidden;
    drop(count);
  }

  void hide_to(char quote) {
    const std::size_t end = rest_.find(quote, 1);
    hide(end == std::string_view::npos ? rest_.size() : end + 1);
  }

  void double_quotes() {
    hide(1);
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.starts_with("\\")) {
        drop(2);
      } else if (rest_.starts_with("${")) {
        parameter();
      } else {
        drop(1);
      }
    }
    drop(1);
  }

  // ${name…} of which sh knows less than bash. Of $(…) and $((…)) what is inside is read on as commands.
  void parameter() {
    if (rest_.starts_with("$((")) return hide(3);
    if (!rest_.starts_with("${")) return hide(1);
    hide(2);
    if (rest_.starts_with("!")) return find();
    std::size_t end = 0;
    while (end < rest_.size() && is_name(rest_[end])) ++end;
    const std::string_view behind = rest_.substr(end);
    if (end == 0 || behind.empty()) return;
    const bool is_substring = behind.size() > 1 && behind[0] == ':' &&
                              std::string_view("-=?+").find(behind[1]) == std::string_view::npos;
    if (is_substring || std::string_view("/^,[@").find(behind[0]) != std::string_view::npos) return find();
    const std::size_t close = behind.find('}');
    drop(close == std::string_view::npos ? end : end + close + 1);
  }

  void blank() {
    end_word();
    drop(1);
  }

  void operator_() {
    for (const std::string_view word : {"<(", ">(", "<<<", "&>", "|&"}) {
      if (rest_.starts_with(word)) return find();
    }
    if (rest_.starts_with("(") && word_.ends_with('=')) return find();
    const bool before_command = is_command_next_ && word_.empty();
    if (rest_.starts_with("((") && (before_command || word_ == "for" || command_ == "for")) return find();
    end_word();
    if (found_) return;
    if (rest_.starts_with("<<")) {
      rest_ = rest_.substr(0, rest_.find('\n'));
      return drop(2);
    }
    const char c = rest_.front();
    const bool redirects = c == '<' || c == '>';
    drop(redirects && rest_.size() > 1 && rest_[1] == '&' ? 2 : 1);
    if (!redirects) begin_command();
  }

  void begin_command() {
    is_command_next_ = true;
    command_.clear();
  }

  void end_word() {
    if (word_.empty()) return;
    const std::string word = std::move(word_);
    word_.clear();
    const bool is_bash = word == "==" || word == "pipefail" || has_brace_expansion(word) ||
                         (command_ == "echo" && is_one_of(kEchoFlags, word)) ||
                         (is_command_next_ && is_one_of(kCommandsOfBash, word));
    if (is_bash) return find();
    if (!is_command_next_ || is_assignment(word)) return;
    if (is_one_of(kBeforeCommands, word)) return;
    is_command_next_ = false;
    command_ = word;
  }

  std::string_view rest_;
  std::string word_, command_;  // at hand, and the first of this command
  bool is_command_next_ = true, found_ = false;
};

}  // namespace

bool needs_bash(std::string_view command) {
  return BashScan(command).run();
}

}  // namespace dvx
