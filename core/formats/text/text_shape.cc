#include "core/formats/text/text_shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/limits.h"
#include "base/path.h"

namespace dvx {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  throw Error{ErrorKind::Config, fmt::format("{}: {}", display_path(name), what), {}, name};
}

[[noreturn]] void refuse_depth(const std::string& name, std::size_t most) {
  refuse(name, fmt::format("nested more than {} levels deep", most));
}

[[noreturn]] void refuse_count(const std::string& name, std::size_t most) {
  refuse(name, fmt::format("more than {} lines and values", most));
}

// The strings of TOML, as its parser ends them: what stands in one nests nothing.
class TomlText {
 public:
  explicit TomlText(std::string_view text) : text_(text) {}

  // The next byte outside of strings and comments; '\0' at the end.
  char next() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (c == '"' || c == '\'') {
        pass_string(c);
      } else {
        ++at_;
        return c == '\0' ? ' ' : c;
      }
    }
    return '\0';
  }

 private:
  void pass_string(char quote) {
    const bool is_long = text_.substr(at_, 3) == std::string(3, quote);
    at_ += is_long ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        ++at_;
      } else if (!is_long && (c == quote || c == '\n')) {
        ++at_;
        return;
      } else if (is_long && text_.substr(at_, 3) == std::string(3, quote)) {
        at_ += 3;
        // One or two quotes may stand before the closing three.
        for (int i = 0; i < 2 && at_ < text_.size() && text_[at_] == quote; ++i) ++at_;
        return;
      }
    }
    at_ = std::min(at_, text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

void check_size(std::string_view text, const std::string& name, std::size_t most, std::string_view format) {
  if (text.size() > most)
    refuse(name, fmt::format("larger than {} MiB, too large for {}", most >> 20U, format));
}

// Brackets in quotes, comments and commands are counted like others: to tell them apart takes a parser. The
// limit is so high that they do not reach it, as most of them are closed again.
void check_yaml_shape(std::string_view text, const std::string& name) {
  std::size_t depth = 0, values = 0;
  std::uint64_t work = 0;  // the parser looks at all open brackets whenever one opens
  for (const char c : text) {
    if (c == '[' || c == '{') {
      if (++depth > limits::kYamlBrackets) refuse_depth(name, limits::kYamlDepth);
      work += depth;
    } else if (c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    }
    if (c == '\n' || c == ',' || c == '[' || c == '{') ++values;
  }
  if (values > limits::kYamlValues) refuse_count(name, limits::kYamlValues);
  if (work > limits::kYamlBracketWork) {
    refuse(name, fmt::format("brackets of {} levels together, where {} are the most", work,
                             limits::kYamlBracketWork));
  }
}

void check_toml_shape(std::string_view text, const std::string& name) {
  std::size_t depth = 0, parts = 0, values = 0;
  TomlText outside(text);
  for (char c = outside.next(); c != '\0'; c = outside.next()) {
    if (c == '.') {
      if (++parts >= limits::kValueDepth) refuse_depth(name, limits::kValueDepth);
    } else if (c == '[' || c == '{') {
      if (++depth > limits::kValueDepth) refuse_depth(name, limits::kValueDepth);
      parts = 0;
    } else if (c == ']' || c == '}') {
      depth -= depth > 0 ? 1 : 0;
    } else if (c == '=' || c == ',' || c == '\n') {
      parts = 0;
    }
    if (c == '\n' || c == ',' || c == '[' || c == '{') ++values;
  }
  if (values > limits::kTomlValues) refuse_count(name, limits::kTomlValues);
}

}  // namespace dvx
