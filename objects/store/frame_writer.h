// Writes frames into a store. The packs are written under `tmp/` of the store and published together.
//
// Many threads may use one writer. Nothing is visible before commit(), and without it nothing changes.
// commit() follows the order of docs/formats/store.md: sync the packs, rename them, sync the directory, add
// them to the index.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "objects/pack/frame.h"
#include "objects/store/object_store.h"

namespace dvx {

class FrameWriter {
 public:
  explicit FrameWriter(ObjectStore& store);
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;
  ~FrameWriter();

  // Says whether the store, or this writer since its last commit, has a frame with that id.
  bool has(const ObjectId& id) const;
  // Appends an encoded frame that the caller has verified. Returns false when this writer already has that
  // frame.
  bool add(const FrameInfo& info, std::span<const std::byte> stored);
  // Makes everything durable and visible before it returns. The writer may be used again afterwards. Returns
  // the ids of the new packs.
  std::vector<ObjectId> commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx
