// What can still be read of a pack, whatever is damaged in it: for fsck, which trusts no index.
#pragma once

#include <string>
#include <vector>

#include "objects/pack/pack_format.h"

namespace dvx {

struct Salvage {
  std::string reason;  // why the pack as such is damaged, or "" when only frames may be
  std::vector<PackEntry>
      entries;  // sorted by offset; with a damaged index, those of its entries that make sense
  std::vector<ObjectId> misplaced;  // of entries that name no place in the pack
};

// NotFound and Io are thrown; damage is a result.
Salvage salvage_entries(const std::string& pack_path, const ObjectId& expected_pack_id);

}  // namespace dvx
