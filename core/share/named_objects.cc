#include "core/share/named_objects.h"

#include <algorithm>

#include "objects/store/frame_reader.h"

namespace dvx {

namespace {

bool has_chunk_of(const ObjectStore& store, const TreeEntry& entry, const std::unordered_set<ObjectId>& ids) {
  const auto location = locate_frame(store, entry.id);
  if (!location || location->entry.kind != FrameKind::Recipe) return false;
  const Recipe recipe = read_recipe(store, *location);
  return std::any_of(recipe.chunks.begin(), recipe.chunks.end(),
                     [&](const RecipeChunk& chunk) { return ids.contains(chunk.id); });
}

std::vector<NamedObject> sorted(std::vector<NamedObject> objects) {
  std::sort(objects.begin(), objects.end());
  objects.erase(std::unique(objects.begin(), objects.end()), objects.end());
  return objects;
}

}  // namespace

ClosureRoot closure_root(const std::string& path, const DataRef& data) {
  const EntryKind kind = data.kind == DataKind::Tree ? EntryKind::Directory : EntryKind::File;
  return {path, data.id, kind};
}

std::vector<NamedObject> name_objects(const ObjectStore& store, const std::vector<ClosureRoot>& roots,
                                      const std::unordered_set<ObjectId>& ids) {
  std::vector<NamedObject> found;
  if (ids.empty()) return found;
  for (const ClosureRoot& root : roots) {
    walk_closure(store, root, [&](const std::string& path, const TreeEntry& entry) {
      const bool hit = ids.contains(entry.id) || has_chunk_of(store, entry, ids);
      if (hit) found.push_back({path, entry.id});
      return hit ? Enter::No : Enter::Yes;
    });
  }
  return sorted(std::move(found));
}

std::vector<NamedObject> absent_objects(const ObjectStore& store, const std::vector<ClosureRoot>& roots,
                                        const std::unordered_set<ObjectId>& unreadable) {
  std::vector<NamedObject> found;
  for (const ClosureRoot& root : roots) {
    walk_closure(store, root, [&](const std::string& path, const TreeEntry& entry) {
      if (unreadable.contains(entry.id)) return Enter::No;
      if (!store.contains(entry.id)) found.push_back({path, entry.id});
      return Enter::Yes;
    });
  }
  return sorted(std::move(found));
}

}  // namespace dvx
