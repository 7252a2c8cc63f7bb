#include "core/repo/home_path.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/path.h"

namespace dvx {

std::string resolve_home(std::string_view path, const Surroundings& surroundings, std::string_view meaning) {
  if (!path.starts_with('~')) return std::string(path);
  const std::string shown = display_path(path);
  if (path.size() > 1 && path[1] != '/') {
    throw Error(ErrorKind::Config,
                fmt::format("{} '{}' begins with '~': only '~/' is understood, the home directory of whoever "
                            "runs dvx",
                            meaning, shown),
                "write the whole path, or './~…' for a file of that name", std::string(path));
  }
  const auto home = surroundings.environment.find("HOME");
  if (home == surroundings.environment.end() || !home->second.starts_with('/')) {
    throw Error(ErrorKind::Config,
                fmt::format("{} '{}' lies in the home directory, and HOME is not set", meaning, shown),
                "set HOME, or write the whole path", std::string(path));
  }
  return normalize_path(home->second + std::string(path.substr(1)));
}

}  // namespace dvx
