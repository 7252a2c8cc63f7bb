// What an object needs: of a tree everything below it. The walk behind push, fetch and fsck.
#pragma once

#include <functional>
#include <string>

#include "objects/model/tree.h"
#include "objects/store/object_store.h"

namespace dvx {

struct ClosureRoot {
  std::string path;  // under which its objects are named
  ObjectId id;
  EntryKind kind = EntryKind::File;
};

enum class Enter { Yes, No };

// Every object of `root`, itself first, each tree before what is in it: visit(path, entry) says whether to
// enter a tree. A tree that the store lacks is visited and not entered, so the visitor is who notices
// absence. An object that stands in several places is visited in each.
using ClosureVisitor = std::function<Enter(const std::string& path, const TreeEntry& entry)>;
void walk_closure(const ObjectStore& store, const ClosureRoot& root, const ClosureVisitor& visit);

}  // namespace dvx
