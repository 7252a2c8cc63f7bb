#include "core/workspace/files_left_out.h"

#include <fmt/format.h>

#include "base/display.h"
#include "base/file.h"
#include "base/path.h"

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

Error only_left_out(const ProjectFiles& files) {
  const std::string& file = files.passed_over.front();
  return {ErrorKind::NotFound, fmt::format("there is no pipeline: {}", why_left_out(file)), way_in(file),
          file};
}

}  // namespace dvx
