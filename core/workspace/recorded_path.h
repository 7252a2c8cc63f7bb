// What is recorded at a path: tracked data itself, or a file or directory inside of a tracked directory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/repo/repository.h"
#include "core/workspace/tracked.h"
#include "objects/model/tree.h"

namespace dvx {

struct RecordedPath {
  std::string path;     // from the root
  std::string tracked;  // path of the tracked data that it is, or is in
  EntryKind kind = EntryKind::File;
  std::uint64_t size = 0, files = 0;
  ObjectId id;
};

// nullopt when nothing is recorded there. NotFound, with the command that gets it, when a tree on the way is
// not in the store.
std::optional<RecordedPath> find_recorded(Repository& repository, const std::vector<TrackedPath>& tracked,
                                          const std::string& path);

// The tree of a recorded directory; NotFound, with the command that gets it, when the store lacks it.
Tree read_recorded_tree(Repository& repository, const RecordedPath& directory);

}  // namespace dvx
