#include "core/pipeline/tree_lookup.h"

#include <utility>

#include "base/error.h"
#include "base/path.h"

namespace dvx {

namespace {

FileState state_of(const TreeEntry& entry) {
  return {entry.kind, entry.size, entry.id};
}

Tree read_or_empty(const ObjectStore& store, const ObjectId& id) {
  try {
    return store.read_tree(id);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::NotFound && error.kind() != ErrorKind::Corruption) throw;
    return {};
  }
}

}  // namespace

TreeLookup::TreeLookup(const DataRef* data, std::string path, TreeReader read)
    : path_(std::move(path)), read_(std::move(read)) {
  if (data != nullptr && data->kind == DataKind::Tree) top_ = data->id;
}

TreeLookup::TreeLookup(const DataRef* data, std::string path, const ObjectStore& store)
    : TreeLookup(data, std::move(path), [&store](const ObjectId& id) { return read_or_empty(store, id); }) {}

const Tree& TreeLookup::tree(const ObjectId& id) {
  const auto found = trees_.find(id);
  return found != trees_.end() ? found->second : trees_.emplace(id, read_(id)).first->second;
}

const TreeEntry* TreeLookup::find_in(const Tree& tree, std::string_view name) {
  const std::vector<TreeEntry>& entries = tree.entries();
  if (&tree == last_tree_) {
    if (entries[last_].name == name) return &entries[last_];
    if (last_ + 1 < entries.size() && entries[last_ + 1].name == name) return &entries[++last_];
  }
  const TreeEntry* found = tree.find(name);
  if (found != nullptr) {
    last_tree_ = &tree;
    last_ = static_cast<std::size_t>(found - entries.data());
  }
  return found;
}

std::optional<FileState> TreeLookup::find(std::string_view path) {
  if (!top_ || path == path_ || !is_beneath(path, path_)) return std::nullopt;
  std::string_view rest = path.substr(path_.size() + 1);
  const TreeEntry* entry = nullptr;
  for (ObjectId at = *top_;; at = entry->id) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    entry = find_in(tree(at), name);
    if (entry == nullptr) return std::nullopt;
    if (name.size() == rest.size()) return state_of(*entry);
    if (entry->kind != EntryKind::Directory) return std::nullopt;
    rest.remove_prefix(name.size() + 1);
  }
}

void TreeLookup::walk_states(const std::function<bool(const std::string& path, const FileState&)>& visit) {
  if (top_) walk_tree(path_, *top_, visit);
}

void TreeLookup::walk_tree(const std::string& path, const ObjectId& id,
                           const std::function<bool(const std::string& path, const FileState&)>& visit) {
  for (const TreeEntry& entry : tree(id).entries()) {
    const std::string below = join_path(path, entry.name);
    if (visit(below, state_of(entry)) && entry.kind == EntryKind::Directory)
      walk_tree(below, entry.id, visit);
  }
}

}  // namespace dvx
