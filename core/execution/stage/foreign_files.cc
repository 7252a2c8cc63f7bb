#include "core/execution/stage/foreign_files.h"

#include <dirent.h>

#include <algorithm>
#include <utility>

#include "base/directory.h"
#include "base/file.h"
#include "base/path.h"
#include "core/pipeline/each_plan.h"
#include "core/workspace/ignore.h"

namespace dvx {

std::vector<std::string> remove_foreign_files(Repository& repository, const std::vector<std::string>& outputs,
                                              const std::string& directory) {
  OutputSet known(outputs, directory);
  std::vector<std::string> removed, open;
  if (is_directory(repository.path(directory))) open.push_back(directory);
  while (!open.empty()) {
    const std::string above = std::move(open.back());
    open.pop_back();
    for (const DirectoryEntry& entry : list_directory(repository.path(above))) {
      std::string path = join_path(above, entry.name);
      const auto place = known.place_of(path);
      if (place == OutputSet::Place::Output || is_never_data(entry.name)) continue;
      const bool is_directory_above =
          place == OutputSet::Place::Above &&
          (entry.type == DT_DIR || (entry.type == DT_UNKNOWN && is_directory(repository.path(path))));
      if (is_directory_above) {
        open.push_back(std::move(path));
      } else {
        remove_tree(repository.path(path));
        removed.push_back(std::move(path));
      }
    }
  }
  std::ranges::sort(removed);
  return removed;
}

}  // namespace dvx
