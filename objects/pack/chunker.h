// Cuts a file into chunks where its content says so, so that an insertion moves only the cuts around it. The
// algorithm is FastCDC with normalised chunking (Xia et al., USENIX ATC 2016). The gear table comes from a
// documented seed (docs/formats/pack.md). No format depends on where the cuts are, but files can share chunks
// only when they are cut in the same places.
#pragma once

#include <cstddef>
#include <span>

namespace dvx {

constexpr std::size_t kMinChunk = 16 * 1024;
constexpr std::size_t kMeanChunk = 64 * 1024;
constexpr std::size_t kMaxChunk = 256 * 1024;

// Returns the length of the first chunk of `bytes`. `bytes` must hold at least kMaxChunk bytes, or all that
// is left of the file.
std::size_t next_chunk(std::span<const std::byte> bytes);

}  // namespace dvx
