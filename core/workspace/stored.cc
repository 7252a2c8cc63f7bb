#include "core/workspace/stored.h"

#include <vector>

#include "base/error.h"

namespace dvx {

bool stored_whole(const ObjectStore& store, const DataRef& data) {
  if (!store.contains(data.id)) return false;
  if (data.kind == DataKind::File) return true;
  std::vector<ObjectId> ids;
  try {
    store.walk_tree(data.id, [&](const std::string&, const TreeEntry& entry) { ids.push_back(entry.id); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::NotFound) throw;
    return false;
  }
  return store.missing(ids).empty();
}

}  // namespace dvx
