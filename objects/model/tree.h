// A directory as a value: sorted names with kinds, sizes and ids. Trees nest through entries of kind
// Directory.
//
// The serialized bytes are canonical (docs/formats/tree.md), so equal directories have equal ids. parse()
// accepts nothing that serialize() would not have written, and refuses dangerous names: trees come from
// strangers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "objects/model/object_id.h"

namespace dvx {

// On disk: never renumber.
enum class EntryKind : std::uint8_t { File = 0, Executable = 1, Symlink = 2, Directory = 3 };

struct TreeEntry {
  std::string name;  // one path component, any bytes that check_entry_name() lets pass
  EntryKind kind = EntryKind::File;
  // Content length in bytes; of a directory the sum over all files below; of a symlink the length of the
  // target.
  std::uint64_t size = 0;
  // Files, executables and symlinks at or below this entry: 1, or for a directory the sum.
  std::uint64_t files = 1;
  ObjectId id;  // of the content, the link target's bytes, or the nested tree

  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

class Tree {
 public:
  Tree() = default;
  // Sorts by name (bytewise); Error{Config} for a duplicate or a refused name.
  explicit Tree(std::vector<TreeEntry> entries);

  static Tree parse(std::string_view bytes);  // Error{Corruption} names what is wrong
  std::string serialize() const;
  ObjectId id() const { return ObjectId::of(serialize()); }

  const std::vector<TreeEntry>& entries() const& { return entries_; }
  std::vector<TreeEntry> entries() && {
    return std::move(entries_);
  }  // so that looping over a temporary is safe
  const TreeEntry* find(std::string_view name) const;
  std::uint64_t total_size() const;
  std::uint64_t total_files() const;

 private:
  std::vector<TreeEntry> entries_;
};

// Why `name` may not be an entry: empty, ".", "..", contains '/' or NUL, ".git" in any disguise (case, NTFS
// short names, HFS ignorable code points), ".dvx". nullopt when fine. Control characters and invalid UTF-8
// are data that a file system may hold and are kept; messages show them escaped.
std::optional<std::string> refused_entry_name(std::string_view name);

}  // namespace dvx
