#include "core/pipeline/missing_data.h"

#include <algorithm>

#include "base/error.h"
#include "core/workspace/data_within.h"

namespace dvx {

MissingData::MissingData(Repository& repository)
    : repository_(repository), tracked_(tracked_paths(repository)) {}

Contents MissingData::of(const StageFacts& facts) const {
  Contents contents;
  for (const StageDependency& dep : facts.stage->deps) {
    const auto here = facts.contents.find(dep.path);
    if (here != facts.contents.end() && here->second) continue;
    if (auto data = recorded(facts, dep.path)) contents[dep.path] = std::move(data);
  }
  return contents;
}

std::optional<DataRef> MissingData::recorded(const StageFacts& facts, const std::string& path) const {
  if (const TrackedPath* around = tracked_around(tracked_, path)) {
    if (!around->data) return std::nullopt;
    if (around->path == path) return around->data;
    try {
      return data_within(repository_.store(), *around->data, around->path, path);
    } catch (const Error& error) {
      // The tree is missing too, so nobody knows what was in it but who read it.
      if (error.kind() != ErrorKind::NotFound && error.kind() != ErrorKind::Corruption) throw;
    }
  }
  if (facts.locked == nullptr) return std::nullopt;
  const auto locked = std::ranges::find(facts.locked->deps, path, &LockedPath::path);
  return locked == facts.locked->deps.end() ? std::nullopt : std::optional(locked->data);
}

}  // namespace dvx
