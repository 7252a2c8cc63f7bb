// Which tracked data a command that shares data speaks of.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"
#include "core/workspace/tracked.h"

namespace dvx {

struct ShareTarget {
  TrackedPath tracked;  // cached, with data
  std::string path;     // its path, or one inside of it
};

// `typed`: tracked paths, pointer files, directories with tracked data in them, paths inside tracked
// directories, or names of stages, as the user wrote them; none means everything. Sorted by path. NotFound
// for what is none of these.
std::vector<ShareTarget> select_targets(Repository& repository, const std::vector<std::string>& typed);

// What a target's path has: of a path inside of a tracked directory its part of the tree. NotFound when there
// is nothing at that path; NotFound or Corruption of the store when a tree on the way is not here.
DataRef data_inside(const ObjectStore& store, const ShareTarget& target);

// Where a target goes: `chosen` (from -r), or its own remote; "" is the default remote.
std::string remote_of(const ShareTarget& target, const std::string& chosen);

}  // namespace dvx
