#include "core/formats/pipeline/each_paths.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"

namespace dvx {

namespace {

constexpr std::string_view kWildcards = "*?[";

// A backslash takes the next character as it is.
bool has_wildcard(std::string_view component) {
  for (std::size_t i = 0; i < component.size(); ++i) {
    if (component[i] == '\\') {
      ++i;
    } else if (kWildcards.find(component[i]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::string without_backslashes(std::string_view pattern) {
  std::string path;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    path += pattern[i];
  }
  return path;
}

// The leading components that `is_fixed`, never the last one.
template <typename IsFixed>
std::string_view fixed_part(std::string_view path, const IsFixed& is_fixed) {
  std::size_t end = 0;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::size_t begin = end == 0 ? 0 : end + 1;
    if (!is_fixed(path.substr(begin, slash - begin))) break;
    end = slash;
  }
  return path.substr(0, end);
}

// A line of YAML, read as far as it takes to know what stands in quotes and what in braces.
class LineScan {
 public:
  explicit LineScan(std::string_view line) : line_(line) {}

  // The value with a placeholder that needs quotes; "" for none.
  std::string_view unquoted_value() {
    for (std::size_t i = 0; i < line_.size(); ++i) {
      if (quote_ != 0) {
        if (line_[i] == quote_) quote_ = 0;
        continue;
      }
      if (line_[i] == '#' && (i == 0 || line_[i - 1] == ' ')) return {};
      if (line_[i] == '"' || line_[i] == '\'') quote_ = line_[i];
      if (line_[i] == '}' && depth_ > 0) --depth_;
      if (line_[i] != '{') continue;
      const auto found = find_each_placeholder(line_, i);
      const bool is_here = found && found->begin == i && !found->is_escaped;
      const bool opens_value = i >= 2 && line_[i - 1] == ' ' && (line_[i - 2] == ':' || line_[i - 2] == '-');
      if (is_here && (depth_ > 0 || opens_value)) return value_around(i);
      if (is_here) {
        i = found->end - 1;
      } else {
        ++depth_;
      }
    }
    return {};
  }

 private:
  std::string_view value_around(std::size_t at) const {
    const std::size_t before = line_.find_last_of(" ,{", at == 0 ? 0 : at - 1);
    const std::size_t begin = before == std::string_view::npos || at == 0 ? at : before + 1;
    std::size_t end = at;
    for (int depth = 0; end < line_.size(); ++end) {
      if (line_[end] == '{') ++depth;
      if (line_[end] == '}' && --depth < 0) break;
      if (depth == 0 && (line_[end] == ',' || line_[end] == ' ')) break;
    }
    return line_.substr(begin, end - begin);
  }

  std::string_view line_;
  char quote_ = 0;
  int depth_ = 0;
};

}  // namespace

std::string each_input_directory(std::string_view in) {
  return without_backslashes(fixed_part(in, [](std::string_view part) { return !has_wildcard(part); }));
}

std::string each_output_directory(std::string_view out) {
  return std::string(
      fixed_part(out, [](std::string_view part) { return !find_each_placeholder(part).has_value(); }));
}

std::string escaped_pattern(std::string_view path) {
  std::string pattern;
  for (const char c : path) {
    if (c == '\\' || kWildcards.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

std::optional<EachPlaceholder> find_each_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find('{', from); at != std::string_view::npos; at = text.find('{', at + 1)) {
    if (at > 0 && text[at - 1] == '$') continue;
    const bool is_doubled = text.substr(at).starts_with("{{");
    const std::size_t begin = at + (is_doubled ? 2 : 1);
    const std::size_t close = text.find('}', begin);
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view word = text.substr(begin, close - begin);
    if (std::ranges::find(kEachWords, word) == kEachWords.end()) continue;
    const bool is_escaped = is_doubled && text.substr(close).starts_with("}}");
    if (is_doubled && !is_escaped) continue;  // "{{in}": the second brace begins it
    return EachPlaceholder{at, close + (is_escaped ? 2 : 1), word, is_escaped};
  }
  return std::nullopt;
}

std::string each_word(std::string_view word, std::string_view input, std::string_view input_directory) {
  const std::string_view name = file_name(input);
  // A name that only begins with a dot has no extension.
  const std::size_t dot = name.rfind('.');
  const bool has_extension = dot != std::string_view::npos && dot != 0;
  if (word == "name") return std::string(name);
  if (word == "stem") return std::string(has_extension ? name.substr(0, dot) : name);
  if (word == "ext") return has_extension ? std::string(name.substr(dot + 1)) : "";
  const auto beneath = path_beneath(parent_path(input), input_directory);
  return beneath.value_or("").empty() ? "." : *beneath;
}

std::string unquoted_placeholder_hint(std::string_view yaml) {
  while (!yaml.empty()) {
    const std::size_t end = std::min(yaml.find('\n'), yaml.size());
    // A line that nobody wrote by hand gets no hint: looking for one takes the square of its length.
    constexpr std::size_t kLongestLine = 1000;
    const std::string_view line = yaml.substr(0, end);
    const std::string_view value = line.size() > kLongestLine ? "" : LineScan(line).unquoted_value();
    if (!value.empty()) return fmt::format("put it in quotes: \"{}\"", value);
    yaml.remove_prefix(std::min(end + 1, yaml.size()));
  }
  return {};
}

}  // namespace dvx
