#include "objects/pack/codec.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/stream.h"
#include "objects/pack/recipe.h"

namespace dvx {

bool looks_incompressible(std::span<const std::byte> bytes) {
  constexpr std::size_t kSlice = 256, kSlices = 4;
  if (bytes.size() < kSlice) return false;
  std::array<std::uint32_t, 256> counts{};
  const std::size_t slices = std::min(kSlices, bytes.size() / kSlice);
  const std::size_t stride = bytes.size() / slices;
  for (std::size_t s = 0; s < slices; ++s) {
    for (const std::byte b : bytes.subspan(s * stride, kSlice)) ++counts[std::to_integer<std::size_t>(b)];
  }
  // The sum of the squares of the byte counts is about n + n(n-1)/256 for random bytes, and it is larger the
  // less even the counts are.
  const std::uint64_t n = slices * kSlice;
  std::uint64_t squares = 0;
  for (const std::uint64_t count : counts) squares += count * count;
  const std::uint64_t expected = n + n * (n - 1) / 256;
  return squares < expected + expected / 8;
}

// The level of zstd. A higher one takes more time than reading the bytes that it saves.
constexpr int kCompressionLevel = 1;

struct Encoder::State {
  State() : context(ZSTD_createCCtx()) {
    if (context == nullptr) throw Error(ErrorKind::Io, "not enough memory to compress");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ZSTD_freeCCtx(context); }

  ZSTD_CCtx* context;
  std::vector<std::byte> buffer;
};

Encoder::Encoder() : state_(std::make_unique<State>()) {}
Encoder::Encoder(Encoder&&) noexcept = default;
Encoder::~Encoder() = default;

EncodedFrame Encoder::encode(const ObjectId& id, FrameKind kind, std::span<const std::byte> raw) {
  // The header of the zstd frame would cost more than compression saves.
  constexpr std::size_t kTooSmall = 64;
  EncodedFrame frame;
  frame.info = {.id = id,
                .kind = kind,
                .codec = FrameCodec::Raw,
                .stored_length = static_cast<std::uint32_t>(raw.size()),
                .raw_length = static_cast<std::uint32_t>(raw.size())};
  frame.stored = raw;
  if (raw.size() < kTooSmall || looks_incompressible(raw)) return frame;
  // The output buffer holds only fifteen sixteenths of the input, so zstd itself gives up when compression
  // does not pay.
  const std::size_t room = raw.size() - raw.size() / 16;
  const bool is_long_recipe = kind == FrameKind::Recipe && raw.size() > limits::kFreeRecipeBytes;
  if (state_->buffer.size() < room) state_->buffer.resize(room);
  const std::size_t length = ZSTD_compressCCtx(state_->context, state_->buffer.data(), room, raw.data(),
                                               raw.size(), kCompressionLevel);
  if (ZSTD_isError(length) || length >= raw.size()) return frame;
  // A reader accepts no larger factor for a long recipe; see is_plausible_recipe() in pack_format.cc.
  if (is_long_recipe && length < raw.size() / limits::kRecipeCompression) return frame;
  frame.info.codec = FrameCodec::Zstd;
  frame.info.stored_length = static_cast<std::uint32_t>(length);
  frame.stored = std::span(state_->buffer).first(length);
  return frame;
}

struct Decoder::State {
  State() : context(ZSTD_createDCtx()) {
    if (context == nullptr) throw Error(ErrorKind::Io, "not enough memory to decompress");
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ZSTD_freeDCtx(context); }

  ZSTD_DCtx* context;
  std::vector<std::byte> buffer;
  Hasher hasher;
};

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder::~Decoder() = default;

namespace {

// Of zstd: a higher one costs more time than reading the bytes it saves.
constexpr int kLevel = 1;
Error damaged_frame(const FrameInfo& info, std::string_view what) {
  return Error(ErrorKind::Corruption, fmt::format("the stored bytes of {} {}", info.id.short_hex(), what),
               "dvx fsck --repair");
}
}  // namespace

std::span<const std::byte> Decoder::decode_unverified(const FrameInfo& info,
                                                      std::span<const std::byte> stored) {
  if (stored.size() != info.stored_length) throw damaged_frame(info, "have another length");
  std::span<const std::byte> raw = stored;
  if (info.codec == FrameCodec::Zstd) {
    if (state_->buffer.size() < info.raw_length) state_->buffer.resize(info.raw_length);
    const std::size_t length = ZSTD_decompressDCtx(state_->context, state_->buffer.data(), info.raw_length,
                                                   stored.data(), stored.size());
    if (ZSTD_isError(length)) throw damaged_frame(info, "do not decompress");
    raw = std::span(state_->buffer).first(length);
  }
  if (raw.size() != info.raw_length) throw damaged_frame(info, "have another length");
  return raw;
}

std::span<const std::byte> Decoder::decode(const FrameInfo& info, std::span<const std::byte> stored) {
  const std::span<const std::byte> raw = decode_unverified(info, stored);
  if (info.kind == FrameKind::Recipe) {
    Recipe::parse(as_text(raw));
  } else {
    state_->hasher.update(raw);
    if (state_->hasher.finish() != info.id) throw damaged_frame(info, "do not hash to their id");
  }
  return raw;
}

void verify_frame(const FrameInfo& info, std::span<const std::byte> stored) {
  Decoder().decode(info, stored);
}

}  // namespace dvx
