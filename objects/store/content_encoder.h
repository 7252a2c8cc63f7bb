// Content that is at hand, into frames: cut when it is long, encoded, and given to a FrameWriter, chunks
// before the recipe. Belongs to one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "objects/pack/codec.h"
#include "objects/pack/recipe.h"

namespace dvx {

class FrameWriter;

class ContentEncoder {
 public:
  // All of the bytes of object `id`.
  void encode(const ObjectId& id, std::span<const std::byte> bytes, FrameWriter& out);
  // One chunk of a longer file.
  RecipeChunk encode_chunk(std::span<const std::byte> bytes, FrameWriter& out);
  void encode_recipe(const ObjectId& id, const Recipe& recipe, FrameWriter& out);

 private:
  void add_frame(const ObjectId& id, FrameKind kind, std::span<const std::byte> raw, FrameWriter& out);

  Encoder encoder_;
  Hasher hasher_;
};

}  // namespace dvx
