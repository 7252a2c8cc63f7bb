// What a store's packs hold, frame by frame: for push, fsck and whoever copies frames without decoding them.
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

// Where the frame kept under `id` is: a chunk, or the recipe of a file. nullopt for a whole-file object too.
std::optional<FrameLocation> locate_frame(const ObjectStore& store, const ObjectId& id);
// The stored bytes, not verified.
Frame read_frame(const ObjectStore& store, const FrameLocation& location);
Recipe read_recipe(const ObjectStore& store, const FrameLocation& location);  // verified
std::shared_ptr<const PackReader> open_pack(const ObjectStore& store, const ObjectId& pack_id);
// Every pack of the store, sorted by id.
std::vector<ObjectId> list_packs(const ObjectStore& store);

// Cuts and encodes the content of an object that is stored whole (or any other): give() gets every frame that
// makes it, chunks first and then the recipe when there are several. Verified against `id`.
void encode_object(const ObjectStore& store, const ObjectId& id,
                   const std::function<void(const FrameInfo& info, std::span<const std::byte> stored)>& give);

}  // namespace dvx
