// The chunks that a file of more than one chunk is made of, in order (docs/formats/pack.md).
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

// What fits into a frame: at 64 KiB a chunk, a file of 7.8 TB.
inline constexpr std::uint64_t kMaxRecipeChunks = 119'304'645;

struct Recipe {
  std::vector<RecipeChunk> chunks;  // two or more, at most kMaxRecipeChunks

  std::uint64_t total_size() const;
  std::string serialize() const;                // ends with a checksum of its own
  static Recipe parse(std::string_view bytes);  // Corruption
};

}  // namespace dvx
