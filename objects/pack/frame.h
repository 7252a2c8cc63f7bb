// What is kept in packs: frames. A frame is a chunk's bytes, or the recipe of a file of many chunks, raw or
// zstd.
//
// A frame is self-contained, so it is copied as it is between packs, local and remote. Chunks carry the
// SHA-256 of their raw bytes as id; a recipe is kept under the id of the file that it makes
// (docs/formats/pack.md).
#pragma once

#include <cstdint>
#include <string>

#include "objects/model/object_id.h"

namespace dvx {

// On disk: never renumber.
enum class FrameKind : std::uint8_t { Chunk = 0, Recipe = 1 };
enum class FrameCodec : std::uint8_t { Raw = 0, Zstd = 1 };

struct FrameInfo {
  ObjectId id;
  FrameKind kind = FrameKind::Chunk;
  FrameCodec codec = FrameCodec::Raw;
  std::uint32_t stored_length = 0;  // bytes in the pack
  std::uint32_t raw_length = 0;     // bytes after decoding

  friend bool operator==(const FrameInfo&, const FrameInfo&) = default;
};

// A frame and where it begins in its pack.
struct PackEntry : FrameInfo {
  std::uint64_t offset = 0;

  friend bool operator==(const PackEntry&, const PackEntry&) = default;
};

// A frame taken out of its pack, still encoded.
struct Frame {
  FrameInfo info;
  std::string bytes;  // info.stored_length of them
};

}  // namespace dvx
