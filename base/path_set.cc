#include "base/path_set.h"

#include <utility>

#include "base/path.h"

namespace dvx {

bool covers(const PathSet& paths, const std::string& path) {
  for (std::string at = path;;) {
    if (paths.contains(at)) return true;
    std::string parent = parent_path(at);
    // The parent of "/" is "/" itself.
    if (at.find('/') == std::string::npos || parent == at) return false;
    at = std::move(parent);
  }
}

bool has_inside(const PathSet& paths, const std::string& directory) {
  const auto inside = paths.lower_bound(directory + "/");
  return inside != paths.end() && is_beneath(*inside, directory);
}

}  // namespace dvx
