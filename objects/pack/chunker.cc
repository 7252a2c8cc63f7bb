#include "objects/pack/chunker.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace dvx {

namespace {

// Makes the gear table with SplitMix64 (Steele, Lea, Flood 2014). The seed is the ASCII bytes "dvx gear".
constexpr std::array<std::uint64_t, 256> make_gear() {
  std::array<std::uint64_t, 256> gear{};
  std::uint64_t state = 0x6476782067656172;
  for (std::uint64_t& value : gear) {
    state += 0x9e3779b97f4a7c15;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    value = z ^ (z >> 31);
  }
  return gear;
}

constexpr std::array<std::uint64_t, 256> kGear = make_gear();

// The masks take the top bits of the hash, because these depend on the last 64 bytes of input. Before the
// mean size the mask has two bits more than the mean asks for, and after it two bits fewer. This draws the
// chunk sizes together (normalisation level 2).
constexpr std::uint64_t top_bits(int count) {
  return ~std::uint64_t{0} << (64 - count);
}
constexpr std::uint64_t kStrictMask = top_bits(18);
constexpr std::uint64_t kLooseMask = top_bits(14);
static_assert(kMeanChunk == std::size_t{1} << 16);

}  // namespace

// A gear hash rolls over the bytes: each step shifts the hash left and adds the gear value of the next byte,
// so a byte has left the hash after 64 steps. A cut is made after the first byte where the masked bits of the
// hash are all zero. No cut is looked for in the first kMinChunk bytes; up to the mean size the strict mask
// applies, after it the loose one, and a cut is forced at kMaxChunk. Time is one addition and one comparison
// for each byte, and there is no state between chunks, so equal bytes after a cut give equal chunks.
std::size_t next_chunk(std::span<const std::byte> bytes) {
  if (bytes.size() <= kMinChunk) return bytes.size();
  const std::size_t end = std::min(bytes.size(), kMaxChunk), mean = std::min(end, kMeanChunk);
  std::uint64_t hash = 0;
  std::size_t at = kMinChunk;
  for (; at < mean; ++at) {
    hash = (hash << 1) + kGear[std::to_integer<std::size_t>(bytes[at])];
    if ((hash & kStrictMask) == 0) return at + 1;
  }
  for (; at < end; ++at) {
    hash = (hash << 1) + kGear[std::to_integer<std::size_t>(bytes[at])];
    if ((hash & kLooseMask) == 0) return at + 1;
  }
  return end;
}

}  // namespace dvx
