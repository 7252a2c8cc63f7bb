// Frames into a store: packs written under its `tmp/`, published together.
//
// May be used from many threads. Nothing is visible before commit(); dropped without it, nothing happened.
// The order of commit is that of docs/formats/store.md: packs synced, renamed, directory synced, index told.
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

  // Whether the store, or this session so far, has a frame of that id.
  bool has(const ObjectId& id) const;
  // Appends an encoded frame that the caller has verified, unless this session has it. False when it has.
  bool add(const FrameInfo& info, std::span<const std::byte> stored);
  // Durable and visible on return; the writer may go on after it. Ids of the packs that were made.
  std::vector<ObjectId> commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx
