// Encoding and decoding of frames: zstd where it pays, raw else.
//
// Encoder and Decoder keep their zstd contexts for reuse; each belongs to one thread.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "objects/pack/frame.h"

namespace dvx {

// Whether a sample of `bytes` is spread so evenly that compressing is not worth trying.
bool looks_incompressible(std::span<const std::byte> bytes);

struct EncodedFrame {
  FrameInfo info;
  std::span<const std::byte>
      stored;  // the input itself, or the encoder's buffer: valid until the next encode
};

class Encoder {
 public:
  Encoder();
  Encoder(Encoder&&) noexcept;
  ~Encoder();
  // `id` is that of `raw` for a chunk, that of the file for a recipe. Compressed only when it saves a
  // sixteenth.
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
  // The raw bytes, verified: a chunk hashes to its id, a recipe passes its own checksum. Corruption else. The
  // span is `stored` itself or the decoder's buffer: valid until the next decode.
  std::span<const std::byte> decode(const FrameInfo& info, std::span<const std::byte> stored);
  // The same, but only the length is checked: for who hashes the whole file that the chunk is part of.
  std::span<const std::byte> decode_unverified(const FrameInfo& info, std::span<const std::byte> stored);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Decodes and verifies; throws Corruption when the bytes are not what `info` says. For frames from elsewhere
// that are to be kept as they are.
void verify_frame(const FrameInfo& info, std::span<const std::byte> stored);

}  // namespace dvx
