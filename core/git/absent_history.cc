#include "core/git/absent_history.h"

#include <string_view>

#include "base/file.h"
#include "base/path.h"
#include "core/git/git_handle.h"

namespace dvx {

std::set<std::string> shallow_commits(const std::string& common_dir) {
  std::set<std::string> commits;
  const auto text = read_file_if_exists(join_path(common_dir, "shallow"));
  if (!text) return commits;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    if (!line.empty()) commits.emplace(line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return commits;
}

bool is_partial_clone(git_repository* repository) {
  const auto config = git_make<GitConfig>("read git's settings", git_repository_config_snapshot, repository);
  const char* remote = nullptr;
  if (git_config_get_string(&remote, config.get(), "extensions.partialclone") == 0) return true;
  // Not git_config_foreach_match(): libgit2 1.5 leaks what its pattern takes.
  bool is_promised = false;
  const auto look = [](const git_config_entry* entry, void* payload) -> int {
    const std::string_view name = entry->name;
    int value = 0;
    const bool promises = name.starts_with("remote.") && name.ends_with(".promisor") &&
                          git_config_parse_bool(&value, entry->value) == 0 && value != 0;
    if (promises) *static_cast<bool*>(payload) = true;
    return 0;
  };
  git_config_foreach(config.get(), look, &is_promised);
  return is_promised;
}

}  // namespace dvx
