// Reads what can still be read of a pack, whatever is damaged in it. Fsck uses it because fsck trusts no
// index.
#pragma once

#include <string>
#include <vector>

#include "objects/pack/pack_format.h"

namespace dvx {

struct Salvage {
  // Why the pack itself is damaged, or "" when at most single frames are.
  std::string reason;
  // Sorted by offset. When the index is damaged, these are the entries in it that make sense.
  std::vector<PackEntry> entries;
  // The ids of entries that do not lie inside the pack.
  std::vector<ObjectId> misplaced;
};

// Damage is reported in the result. Throws Error{NotFound} and Error{Io}.
Salvage salvage_entries(const std::string& pack_path, const ObjectId& expected_pack_id);

}  // namespace dvx
