// Encoding and decoding of frames. A frame is compressed with zstd where that pays, and kept raw otherwise.
//
// Encoder and Decoder keep their zstd contexts for reuse. Each object belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "objects/pack/frame.h"

namespace dvx {

// Says whether the bytes of a sample are distributed so evenly that compression is not worth trying.
bool looks_incompressible(std::span<const std::byte> bytes);

struct EncodedFrame {
  FrameInfo info;
  // These bytes are in the input or in the buffer of the encoder, and are valid until the next encode.
  std::span<const std::byte> stored;
};

class Encoder {
 public:
  Encoder();
  Encoder(Encoder&&) noexcept;
  ~Encoder();
  // Encodes `raw`. For a chunk, `id` is the id of `raw`; for a recipe, it is the id of the file. The frame is
  // compressed only when that saves at least a sixteenth.
  EncodedFrame encode(const ObjectId& id, FrameKind kind, std::span<const std::byte> raw);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class Decoder {
 public:
  Decoder();
  Decoder(Decoder&&) noexcept;
  ~Decoder();
  // Returns the raw bytes, verified: a chunk must hash to its id, and a recipe must pass its own checksum.
  // Otherwise it throws Error{Corruption}. The span is `stored` itself or the buffer of the decoder, and it
  // is valid until the next decode.
  std::span<const std::byte> decode(const FrameInfo& info, std::span<const std::byte> stored);
  // Does the same but checks only the length, for callers that hash the whole file that the chunk is part of.
  std::span<const std::byte> decode_unverified(const FrameInfo& info, std::span<const std::byte> stored);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decodes the frame and throws Error{Corruption} when the bytes do not match `info`. It is meant for frames
// from elsewhere that will be stored without being decoded.
void verify_frame(const FrameInfo& info, std::span<const std::byte> stored);

}  // namespace dvx
