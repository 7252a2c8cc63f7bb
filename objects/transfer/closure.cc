#include "objects/transfer/closure.h"

#include "base/path.h"

namespace dvx {

namespace {
void walk_entry(const ObjectStore& store, const std::string& path, const TreeEntry& entry,
                const ClosureVisitor& visit) {
  if (visit(path, entry) == Enter::No || entry.kind != EntryKind::Directory || !store.contains(entry.id))
    return;
  const Tree tree = store.read_tree(entry.id);
  for (const TreeEntry& child : tree.entries()) walk_entry(store, join_path(path, child.name), child, visit);
}
}  // namespace

void walk_closure(const ObjectStore& store, const ClosureRoot& root, const ClosureVisitor& visit) {
  walk_entry(store, root.path, TreeEntry{.name = {}, .kind = root.kind, .size = 0, .files = 1, .id = root.id},
             visit);
}

}  // namespace dvx
