#include "base/path_set.h"

#include "base/path.h"

namespace dvx {

bool covers(const PathSet& paths, const std::string& path) {
  for (std::string at = path;; at = parent_path(at)) {
    if (paths.contains(at)) return true;
    if (at.find('/') == std::string::npos) return false;
  }
}

bool has_inside(const PathSet& paths, const std::string& directory) {
  const auto inside = paths.lower_bound(directory + "/");
  return inside != paths.end() && is_beneath(*inside, directory);
}

}  // namespace dvx
