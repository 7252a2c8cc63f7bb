// Access to single frames in the packs of a store, for push, fsck and other code that copies frames without
// decoding them.
//
// All calls may come from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "objects/pack/frame.h"
#include "objects/pack/pack_reader.h"
#include "objects/pack/recipe.h"
#include "objects/store/object_store.h"

namespace dvx {

struct FrameLocation {
  ObjectId pack_id;
  PackEntry entry;
};

// Returns the place of the frame kept under `id`, which is a chunk or the recipe of a file. Returns nullopt
// when there is none, and also for an object that is stored as a whole file.
std::optional<FrameLocation> locate_frame(const ObjectStore& store, const ObjectId& id);
// Returns the stored bytes without verifying them.
Frame read_frame(const ObjectStore& store, const FrameLocation& location);
Recipe read_recipe(const ObjectStore& store, const FrameLocation& location);  // verified
std::shared_ptr<const PackReader> open_pack(const ObjectStore& store, const ObjectId& pack_id);
// Returns all packs of the store, sorted by id.
std::vector<ObjectId> list_packs(const ObjectStore& store);

// Cuts and encodes the content of an object that is stored as a whole file (or in any other way). give()
// receives every frame of the object: first the chunks, and then the recipe when there are several chunks.
// The content is verified against `id`.
void encode_object(const ObjectStore& store, const ObjectId& id,
                   const std::function<void(const FrameInfo& info, std::span<const std::byte> stored)>& give);

}  // namespace dvx
