// A directory as a value: a sorted list of names with kinds, sizes and ids. Trees nest through entries of
// kind Directory.
//
// The serialized bytes are canonical (docs/formats/tree.md), so equal directories have equal ids. Trees may
// come from strangers, so parse() accepts only bytes that serialize() could have written, and it refuses
// dangerous names.
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
  // One path component. It may hold any bytes that refused_entry_name() allows.
  std::string name;
  EntryKind kind = EntryKind::File;
  // The length in bytes: of a file its content, of a symlink its target, and of a directory the sum over all
  // files below it.
  std::uint64_t size = 0;
  // The number of files, executables and symlinks at or below this entry. This is 1, or for a directory the
  // sum.
  std::uint64_t files = 1;
  // The id of the content, of the link target's bytes, or of the nested tree.
  ObjectId id;

  friend bool operator==(const TreeEntry&, const TreeEntry&) = default;
};

class Tree {
 public:
  Tree() = default;
  // Sorts by name, bytewise. Throws Error{Config} for a duplicate or a refused name.
  explicit Tree(std::vector<TreeEntry> entries);

  // Throws Error{Corruption} that says what is wrong.
  static Tree parse(std::string_view bytes);
  std::string serialize() const;
  ObjectId id() const { return ObjectId::of(serialize()); }

  const std::vector<TreeEntry>& entries() const& { return entries_; }
  // Returns by value, so that looping over the entries of a temporary is safe.
  std::vector<TreeEntry> entries() && { return std::move(entries_); }
  const TreeEntry* find(std::string_view name) const;
  std::uint64_t total_size() const;
  std::uint64_t total_files() const;

 private:
  std::vector<TreeEntry> entries_;
};

// Returns the reason why `name` may not be an entry, or nullopt when it is fine. Refused are the empty name,
// ".", "..", a name that contains '/' or NUL, and ".git" and ".dvx" in any disguise (case, NTFS short names,
// ignorable code points of HFS+). Control characters and invalid UTF-8 are allowed, because a file system may
// hold such names; messages show them escaped.
std::optional<std::string> refused_entry_name(std::string_view name);

}  // namespace dvx
