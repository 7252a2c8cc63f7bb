// A tree asked for paths, many of them: each tree in it is read once. Single-threaded.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/formats/data_ref.h"
#include "core/workspace/tree_diff.h"
#include "objects/store/object_store.h"

namespace dvx {

class TreeLookup {
 public:
  // `data` is what is at `path` (from the root), null for nothing: then, and when it is a file, nothing is in
  // it.
  TreeLookup(const DataRef* data, std::string path, TreeReader read);
  // Trees that the store lacks are empty.
  TreeLookup(const DataRef* data, std::string path, const ObjectStore& store);

  const std::optional<ObjectId>& top() const { return top_; }
  std::optional<FileState> find(std::string_view path);  // from the root

  // Everything in it by path from the root, a directory before what it holds, which is visited only when
  // `visit` returns true.
  void walk_states(const std::function<bool(const std::string& path, const FileState&)>& visit);
  void walk(const std::function<bool(const std::string& path, EntryKind)>& visit) {
    walk_states([&](const std::string& path, const FileState& state) { return visit(path, state.kind); });
  }

 private:
  const Tree& tree(const ObjectId& id);
  const TreeEntry* find_in(const Tree& tree, std::string_view name);
  void walk_tree(const std::string& path, const ObjectId& id,
                 const std::function<bool(const std::string& path, const FileState&)>& visit);

  std::optional<ObjectId> top_;
  std::string path_;
  TreeReader read_;
  std::unordered_map<ObjectId, Tree> trees_;  // references stay
  // What was found last: paths are mostly asked for in order, or twice.
  const Tree* last_tree_ = nullptr;
  std::size_t last_ = 0;
};

}  // namespace dvx
