#include "core/lineage/directory_rest.h"

#include <algorithm>

#include "base/path.h"
#include "core/lineage/git_origin.h"

namespace dvx {

bool is_rest_recorded(Repository& repository, const std::vector<RestFile>& files,
                      const std::vector<std::string>& parts) {
  constexpr std::size_t kMost = 500;
  std::vector<OriginQuery> rest;
  for (const RestFile& file : files) {
    const auto holds = [&](const std::string& part) { return is_beneath(file.path, part); };
    if (!std::ranges::any_of(parts, holds)) rest.push_back({file.path, file.data});
  }
  if (rest.size() > kMost) return false;
  if (rest.empty()) return true;
  const std::vector<Origin> origins = find_origins(repository, rest);
  return std::ranges::none_of(origins,
                              [](const Origin& origin) { return origin.kind == OriginKind::Unknown; });
}

}  // namespace dvx
