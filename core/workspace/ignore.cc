#include "core/workspace/ignore.h"

#include <optional>
#include <utility>

#include "base/file.h"
#include "base/path.h"
#include "core/workspace/glob.h"

namespace dvx {

namespace {

// Some editors put it before the text. Git passes over it.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Rule {
  std::string pattern;
  bool negated = false, only_directories = false;
  bool anchored = false;  // matched with the path from the file's directory, else with the name alone
  bool literal = false;   // no wildcard: compared, which is most of the rules there are
};

void trim_spaces(std::string& line) {
  // Trailing spaces do not count, unless the last is escaped.
  while (!line.empty() && line.back() == ' ') {
    if (line.size() >= 2 && line[line.size() - 2] == '\\') return;
    line.pop_back();
  }
}

std::optional<Rule> parse_rule(std::string_view text) {
  std::string line(text);
  if (line.ends_with('\r')) line.pop_back();
  trim_spaces(line);
  if (line.empty() || line[0] == '#') return std::nullopt;
  Rule rule;
  if (line[0] == '!') {
    rule.negated = true;
    line.erase(0, 1);
  }
  if (line.ends_with('/')) {
    rule.only_directories = true;
    line.pop_back();
  }
  rule.anchored = line.find('/') != std::string::npos;
  if (line.starts_with('/')) line.erase(0, 1);
  if (line.empty()) return std::nullopt;
  rule.literal = line.find_first_of("*?[\\") == std::string::npos;
  rule.pattern = std::move(line);
  return rule;
}

bool rule_matches(const Rule& rule, std::string_view path, PathKind kind) {
  if (rule.only_directories && kind != PathKind::Directory) return false;
  const std::string_view subject = rule.anchored ? path : file_name(path);
  return rule.literal ? rule.pattern == subject : glob_matches(rule.pattern, subject);
}

}  // namespace

struct IgnoreRules::Level {
  std::shared_ptr<const Level> above;
  std::string directory;
  std::vector<Rule> rules;
};

IgnoreRules IgnoreRules::with(std::string_view text, const std::string& directory) const {
  auto level = std::make_shared<Level>();
  level->above = level_;
  level->directory = directory;
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (auto rule = parse_rule(text.substr(0, end))) level->rules.push_back(std::move(*rule));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  IgnoreRules rules;
  rules.level_ = level->rules.empty() ? level_ : std::move(level);
  return rules;
}

bool IgnoreRules::ignores(std::string_view path, PathKind kind) const {
  for (const Level* level = level_.get(); level != nullptr; level = level->above.get()) {
    std::string_view below = path;
    if (!level->directory.empty()) {
      if (!is_beneath(path, level->directory) || path.size() == level->directory.size()) continue;
      below.remove_prefix(level->directory.size() + 1);
    }
    for (auto rule = level->rules.rbegin(); rule != level->rules.rend(); ++rule) {
      if (rule_matches(*rule, below, kind)) return !rule->negated;
    }
  }
  return false;
}

IgnoreRules load_ignore_rules(const std::string& root, const std::string& directory,
                              const std::string& file_name, const IgnoreRules& before) {
  const IgnoreRules above =
      directory.empty() ? before : load_ignore_rules(root, parent_path(directory), file_name, before);
  const auto text = read_file_if_exists(join_path(join_path(root, directory), file_name));
  return text ? above.with(*text, directory) : above;
}

bool is_never_data(std::string_view name) {
  return name == ".git" || name == ".dvx" || name.starts_with(".dvx-tmp-");
}

}  // namespace dvx
