// Frames are the units that packs hold. A frame is the bytes of one chunk, or the recipe of a file of many
// chunks, either raw or compressed with zstd.
//
// A frame is self-contained, so it can be copied unchanged between packs, local and remote. The id of a chunk
// is the SHA-256 of its raw bytes. A recipe is kept under the id of the file that it describes
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

// A frame together with the offset of its first byte in its pack.
struct PackEntry : FrameInfo {
  std::uint64_t offset = 0;

  friend bool operator==(const PackEntry&, const PackEntry&) = default;
};

// A frame read from its pack, still encoded.
struct Frame {
  FrameInfo info;
  std::string bytes;  // info.stored_length bytes
};

}  // namespace dvx
