// Copies the wanted frames of some packs to new packs. Each frame is copied unchanged and compared with its
// id on the way.
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
  // The packs whose wanted frames are in `made` now.
  std::vector<ObjectId> done;
  // The new packs, durable and indexed. An id may also be in `done`.
  std::vector<ObjectId> made;
  // The bytes of the frames that were copied.
  std::uint64_t bytes = 0;
  // Why other packs are not in `done`: no space, or damage.
  std::vector<std::string> notes;
};

// Says whether a frame of the pack is wanted.
using WantedFrame = std::function<bool(const ObjectId& pack, const PackEntry& entry)>;

RepackOutcome repack(ObjectStore& store, const std::vector<ObjectId>& packs, const WantedFrame& is_wanted,
                     Progress& progress);

}  // namespace dvx
