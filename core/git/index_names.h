// Names below a directory in the file of git's index, found without reading the rest of it: entries are
// sorted by their bytes, so that a directory whose name begins with '.' stands near the beginning, and the
// search ends behind it. Asked by every command, of an index that may have a million entries, of which
// libgit2 would read each one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

struct IndexName {
  std::string path;  // from the top of git's work tree
  std::uint32_t mode = 0;

  friend bool operator==(const IndexName&, const IndexName&) = default;
};

// Entries at or below `directory`, whatever the case of the letters of its last component. `index` is the
// whole file. nullopt where that cannot be told from these bytes alone: a version of the format that is not
// known here, an id of another length than `id_bytes`, a directory that a sparse index has in place of what
// is in it, damage.
std::optional<std::vector<IndexName>> names_in_index(std::string_view index, std::string_view directory,
                                                     std::size_t id_bytes);

}  // namespace dvx
