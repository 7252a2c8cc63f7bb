// Files of the workspace that are links into the store and were written into: the object is then no longer
// what its id says.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "objects/model/object_id.h"

namespace dvx {

// Take: the object is set aside in the store's quarantine, and the workspace's links to it become files of
// their own that keep the bytes they have. Look changes nothing.
enum class OnChangedLink : std::uint8_t { Look, Take };

struct ChangedLink {
  ObjectId id;
  std::vector<std::string> paths;  // of this work tree, from the root, sorted; none: a link from elsewhere
  std::string kept;                // "quarantine/…" in the store, or ""
};

// Whole objects of the store that were changed since they were last found right, sorted by id. Where nothing
// was ever linked this costs one stat.
std::vector<ChangedLink> find_changed_links(Repository& repository, OnChangedLink action, Progress& progress);

}  // namespace dvx
