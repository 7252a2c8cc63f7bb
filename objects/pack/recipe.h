// A recipe lists, in order, the chunks of a file that has more than one chunk (docs/formats/pack.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "objects/model/object_id.h"

namespace dvx {

struct RecipeChunk {
  ObjectId id;
  std::uint32_t length = 0;

  friend bool operator==(const RecipeChunk&, const RecipeChunk&) = default;
};

// The number of chunks that fit into one frame. At 64 KiB for each chunk, this is a file of 7.8 TB.
inline constexpr std::uint64_t kMaxRecipeChunks = 119'304'645;

struct Recipe {
  // Two or more chunks, and at most kMaxRecipeChunks.
  std::vector<RecipeChunk> chunks;

  std::uint64_t total_size() const;
  // The bytes end with a checksum of their own.
  std::string serialize() const;
  // Throws Error{Corruption}.
  static Recipe parse(std::string_view bytes);
};

}  // namespace dvx
