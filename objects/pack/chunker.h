// FastCDC with normalised chunking (Xia et al., USENIX ATC 2016): cuts where the content says, so an
// insertion moves only the cuts around it. The gear table comes from a documented seed
// (docs/formats/pack.md); cuts are part of no format, but equal cuts everywhere are what makes chunks shared.
#pragma once

#include <cstddef>
#include <span>

namespace dvx {

constexpr std::size_t kMinChunk = 16 * 1024;
constexpr std::size_t kMeanChunk = 64 * 1024;
constexpr std::size_t kMaxChunk = 256 * 1024;

// Length of the first chunk of `bytes`, which holds at least kMaxChunk bytes or all that is left of the file.
std::size_t next_chunk(std::span<const std::byte> bytes);

}  // namespace dvx
