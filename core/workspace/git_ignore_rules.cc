#include "core/workspace/git_ignore_rules.h"

#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

std::string variable(const Repository& repository, const std::string& name) {
  const auto& variables = repository.surroundings().environment;
  const auto found = variables.find(name);
  return found == variables.end() ? std::string() : found->second;
}

// "" when there is none.
std::string excludes_file(Repository& repository) {
  const std::string home = variable(repository, "HOME");
  if (auto set = repository.git().setting("core.excludesfile")) {
    if (set->starts_with("~/")) return home.empty() ? std::string() : join_path(home, set->substr(2));
    return set->empty() ? std::string() : absolute_path(*set, repository.git().work_tree());
  }
  const std::string config = variable(repository, "XDG_CONFIG_HOME");
  if (!config.empty()) return join_path(config, "git/ignore");
  return home.empty() ? std::string() : join_path(home, ".config/git/ignore");
}

// Somebody else's file that cannot be read counts as none, as it does for git.
std::optional<std::string> text_of(const std::string& path) {
  if (path.empty()) return std::nullopt;
  try {
    return read_file_if_exists(path);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string prefix_of(Repository& repository) {
  return path_beneath(repository.root(), repository.git().work_tree()).value_or("");
}

}  // namespace

GitIgnoreRules GitIgnoreRules::at_root(Repository& repository) {
  GitIgnoreRules rules;
  rules.prefix_ = prefix_of(repository);
  const std::string exclude = join_path(repository.git().common_dir(), "info/exclude");
  for (const std::string& file : {excludes_file(repository), exclude}) {
    if (const auto text = text_of(file)) rules.rules_ = rules.rules_.with(*text, "");
  }
  if (rules.prefix_.empty()) return rules;
  const std::string above = parent_path(rules.prefix_);
  rules.rules_ = load_ignore_rules(repository.git().work_tree(), above, ".gitignore", rules.rules_);
  return rules;
}

GitIgnoreRules GitIgnoreRules::tracked(Repository& repository, const std::string& directory) {
  GitIgnoreRules rules;
  rules.prefix_ = prefix_of(repository);
  rules.rules_ =
      load_ignore_rules(repository.git().work_tree(), join_path(rules.prefix_, directory), ".gitignore");
  return rules;
}

GitIgnoreRules GitIgnoreRules::with(std::string_view text, const std::string& directory) const {
  GitIgnoreRules rules(*this);
  rules.rules_ = rules_.with(text, join_path(prefix_, directory));
  return rules;
}

bool GitIgnoreRules::ignores(const std::string& path, PathKind kind) const {
  return rules_.ignores(join_path(prefix_, path), kind);
}

bool GitIgnoreRules::covers(const std::string& path, PathKind kind) const {
  for (std::string above = parent_path(path); !above.empty(); above = parent_path(above)) {
    if (ignores(above, PathKind::Directory)) return true;
  }
  return ignores(path, kind);
}

}  // namespace dvx
