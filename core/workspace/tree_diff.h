// What differs between two states of one tracked path, file by file. Equal subtrees are not opened, so the
// cost is that of the difference.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/formats/data_ref.h"
#include "objects/model/tree.h"

namespace dvx {

enum class ChangeKind { Added, Removed, Modified };
std::string_view change_name(ChangeKind kind);  // "added", …

// One side of a file: what a tree says of it. A directory appears only when it is empty.
struct FileState {
  EntryKind kind = EntryKind::File;
  std::uint64_t size = 0;
  ObjectId id;

  friend bool operator==(const FileState&, const FileState&) = default;
};

struct FileChange {
  std::string path;                        // from the root
  std::optional<FileState> before, after;  // at least one; they differ

  ChangeKind kind() const;
};

FileState state_of(const DataRef& data);

// Gives the tree of an id, or throws NotFound.
using TreeReader = std::function<Tree(const ObjectId&)>;

// Sorted by path. `path` is that of the data, from the root.
std::vector<FileChange> diff_data(const std::string& path, const std::optional<DataRef>& before,
                                  const std::optional<DataRef>& after, const TreeReader& read_tree);

}  // namespace dvx
