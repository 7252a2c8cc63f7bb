#include "core/workspace/files_left_out.h"

#include <fmt/format.h>

#include "base/directory.h"
#include "base/display.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/workspace/ignore.h"
#include "core/workspace/linker.h"

namespace dvx {

namespace {

std::string why_left_out(const std::string& file) {
  return fmt::format("'{}' is no part of the project: it lies where git or a .dvxignore ignores it",
                     display_path(file));
}

std::string way_in(const std::string& file) {
  return fmt::format("git add -f {}   (or take the rule out of the .dvxignore that hides it)",
                     paste_quote(file));
}

// `rules` are those of the directories above.
std::string first_left_out_below(Repository& repository, const std::string& directory,
                                 const IgnoreRules& above) {
  throw_if_interrupted();
  const std::string absolute = repository.path(directory);
  IgnoreRules rules = above;
  if (const auto text = read_file_if_exists(join_path(absolute, ".dvxignore")))
    rules = above.with(*text, directory);
  for (const std::string& name : names_in_directory(absolute)) {
    const std::string path = join_path(directory, name);
    if (is_leftover(name)) continue;
    const PathKind kind = is_directory(repository.path(path)) ? PathKind::Directory : PathKind::Other;
    if (is_never_data(name) || rules.ignores(path, kind)) return path;
    if (kind == PathKind::Other) continue;
    if (std::string found = first_left_out_below(repository, path, rules); !found.empty()) return found;
  }
  return {};
}

}  // namespace

void tell_of_files_left_out(Repository& repository, const ProjectFiles& files, Progress& progress) {
  for (const std::string& file : files.passed_over)
    progress.warning(fmt::format("{}; {}", why_left_out(file), way_in(file)));
  tell_of_dvcignore(repository, progress);
}

void tell_of_dvcignore(Repository& repository, Progress& progress) {
  if (!exists(repository.path(".dvcignore")) || exists(repository.path(".dvxignore"))) return;
  progress.warning("dvx does not read '.dvcignore', but '.dvxignore'; git mv .dvcignore .dvxignore");
}

std::string first_left_out_of_data(Repository& repository, const std::string& directory) {
  if (!is_directory(repository.path(directory))) return {};
  const IgnoreRules above = load_ignore_rules(repository.root(), parent_path(directory), ".dvxignore");
  return first_left_out_below(repository, directory, above);
}

Error only_left_out(const ProjectFiles& files) {
  const std::string& file = files.passed_over.front();
  return {ErrorKind::NotFound, fmt::format("there is no pipeline: {}", why_left_out(file)), way_in(file),
          file};
}

}  // namespace dvx
