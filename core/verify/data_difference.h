// Where rebuilt data differs from recorded data: the files, and of a file the first byte.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/formats/data_ref.h"
#include "objects/store/object_store.h"

namespace dvx {

enum class DifferenceKind {
  Content,
  Missing,     // recorded, but not rebuilt
  Unexpected,  // rebuilt, but not recorded
  Mode,        // only the executable bit, or file against symlink or directory
};
std::string_view difference_name(DifferenceKind kind);  // in JSON: "content", "missing", …

struct DataDifference {
  DifferenceKind kind = DifferenceKind::Content;
  std::string path;  // inside of the data, "" for the data itself
  std::optional<ObjectId> recorded, rebuilt;
  std::optional<std::uint64_t>
      offset;  // of the first byte that differs; nullopt when the recorded bytes are not here
};

using KnownTrees = std::map<ObjectId, Tree>;  // trees of the rebuilt data, which are in no store

// Every difference, sorted by path. `rebuilt_path` is where the rebuilt data lies on disk.
std::vector<DataDifference> data_differences(const ObjectStore& store, const DataRef& recorded,
                                             const DataRef& rebuilt, const KnownTrees& rebuilt_trees,
                                             const std::string& rebuilt_path);

// Offset of the first byte in which the object and the file differ; their common length when one is the start
// of the other; nullopt when the object is not in the store, or damaged.
std::optional<std::uint64_t> first_difference(const ObjectStore& store, const ObjectId& recorded,
                                              const std::string& file);

}  // namespace dvx
