// From object ids back to the paths that people know.
#pragma once

#include <string>
#include <unordered_set>
#include <vector>

#include "core/formats/data_ref.h"
#include "objects/store/object_store.h"
#include "objects/transfer/closure.h"

namespace dvx {

struct NamedObject {
  std::string path;  // from the root
  ObjectId id;

  friend auto operator<=>(const NamedObject&, const NamedObject&) = default;
};

ClosureRoot closure_root(const std::string& path, const DataRef& data);

// Every place below `roots` where one of `ids` is: as file, tree or link, or as a chunk of a file. Sorted. A
// tree that is one of them, or absent, is not looked into.
std::vector<NamedObject> name_objects(const ObjectStore& store, const std::vector<ClosureRoot>& roots,
                                      const std::unordered_set<ObjectId>& ids);

// Objects below `roots` that the store lacks. Sorted. Trees of `unreadable` are not looked into.
std::vector<NamedObject> absent_objects(const ObjectStore& store, const std::vector<ClosureRoot>& roots,
                                        const std::unordered_set<ObjectId>& unreadable = {});

}  // namespace dvx
