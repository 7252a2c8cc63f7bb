// Copying what is wanted of some packs to new ones: frames as they are, each compared with its id on the way.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "objects/pack/frame.h"
#include "objects/store/object_store.h"

namespace dvx {

struct RepackOutcome {
  std::vector<ObjectId> done;      // packs whose frames are in `made` now
  std::vector<ObjectId> made;      // durable and indexed; may hold ids of `done`
  std::uint64_t bytes = 0;         // of frames that were copied
  std::vector<std::string> notes;  // why others are not in `done`: no space, damage
};

// What a pack gives.
using WantedFrame = std::function<bool(const ObjectId& pack, const PackEntry& entry)>;

RepackOutcome repack(ObjectStore& store, const std::vector<ObjectId>& packs, const WantedFrame& is_wanted,
                     Progress& progress);

}  // namespace dvx
