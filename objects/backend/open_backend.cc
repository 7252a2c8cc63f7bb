#include "objects/backend/open_backend.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/path.h"
#include "objects/backend/directory_backend.h"
#include "objects/backend/retry_backend.h"

namespace dvx {

namespace {
struct Registry {
  std::mutex mutex;
  std::map<std::string, BackendFactory> factories;
};

Registry& registry() {
  static Registry instance;
  return instance;
}

// Returns the scheme of `url`, or "" when it is a path. A scheme has at least two characters and ends before
// the first '/'.
std::string scheme_of(std::string_view url) {
  const auto colon = url.find(':');
  if (colon == std::string_view::npos || colon < 2 || url.find('/') < colon) return {};
  return std::string(url.substr(0, colon));
}
}  // namespace

void register_backend(const std::string& scheme, BackendFactory factory) {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  all.factories[scheme] = std::move(factory);
}

std::vector<std::string> backend_schemes() {
  Registry& all = registry();
  const std::lock_guard lock(all.mutex);
  std::vector<std::string> schemes = {"file"};
  for (const auto& [scheme, factory] : all.factories) schemes.push_back(scheme);
  std::sort(schemes.begin(), schemes.end());
  return schemes;
}

std::string path_of_file_url(const std::string& url) {
  const std::string scheme = scheme_of(url);
  if (scheme.empty()) return url;
  if (scheme != "file") return {};
  std::string path = url.substr(scheme.size() + 1);
  if (path.starts_with("//")) path.erase(0, 2);  // removes an empty host
  return path;
}

std::unique_ptr<Backend> open_backend(const std::string& url, const std::string& base) {
  const std::string scheme = scheme_of(url);
  if (scheme.empty() || scheme == "file") {
    const std::string path = path_of_file_url(url);
    if (path.empty()) throw Error(ErrorKind::Config, fmt::format("remote url '{}' names no directory", url));
    return std::make_unique<DirectoryBackend>(absolute_path(path, base));
  }
  BackendFactory factory;
  {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    if (const auto found = all.factories.find(scheme); found != all.factories.end()) factory = found->second;
  }
  if (!factory) {
    throw Error(
        ErrorKind::Config,
        fmt::format("remote url '{}' has the scheme '{}', which this dvx does not speak (it speaks: {})", url,
                    scheme, fmt::join(backend_schemes(), ", ")),
        "dvx remote add -f origin /path/to/a/directory");
  }
  return std::make_unique<RetryBackend>(factory(url));
}

}  // namespace dvx
