// The closure of an object is everything that it needs; for a tree this is everything below it. Push, fetch
// and fsck use this walk.
#pragma once

#include <functional>
#include <string>

#include "objects/model/tree.h"
#include "objects/store/object_store.h"

namespace dvx {

struct ClosureRoot {
  // The path under which the objects are named.
  std::string path;
  ObjectId id;
  EntryKind kind = EntryKind::File;
};

enum class Enter { Yes, No };

// Visits every object of `root`, the root first and each tree before its entries. visit(path, entry) says
// whether to enter a tree. A tree that the store lacks is visited but not entered, so the visitor must notice
// that it is absent. An object that occurs in several places is visited in each.
using ClosureVisitor = std::function<Enter(const std::string& path, const TreeEntry& entry)>;
void walk_closure(const ObjectStore& store, const ClosureRoot& root, const ClosureVisitor& visit);

}  // namespace dvx
