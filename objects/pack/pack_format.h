// The bytes of a pack, version 1: header, frames, index sorted by id, trailer (docs/formats/pack.md).
//
// The parsers accept only what the writers write and throw Error{Corruption} else; they may be given any
// bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "objects/pack/frame.h"

namespace dvx {

constexpr std::uint32_t kPackVersion = 1;
constexpr std::size_t kPackHeaderSize = 16;
constexpr std::size_t kPackEntrySize = 48;
constexpr std::size_t kPackTrailerSize = 64;
// Where a writer begins the next pack: bytes of frames, or entries, whichever is reached first.
constexpr std::uint64_t kPackRollBytes = std::uint64_t{1} << 30;
constexpr std::size_t kPackRollEntries = std::size_t{1} << 19;

struct PackTrailer {
  std::uint64_t index_offset = 0;  // from the start of the pack; the index ends where the trailer begins
  std::uint64_t entry_count = 0;
  ObjectId pack_id;  // SHA-256 of the index bytes

  std::uint64_t index_size() const { return entry_count * kPackEntrySize; }
};

std::string serialize_pack_header();
void check_pack_header(std::string_view bytes);  // the first kPackHeaderSize of a pack

void append_pack_entry(std::string& out, const PackEntry& entry);  // kPackEntrySize bytes
PackEntry parse_pack_entry(std::span<const std::byte, kPackEntrySize> bytes);

std::string serialize_pack_trailer(const PackTrailer& trailer);
// The last kPackTrailerSize bytes of a pack of `pack_size` bytes.
PackTrailer parse_pack_trailer(std::string_view bytes, std::uint64_t pack_size);
// The index section that `trailer` speaks of: its hash, its order and every entry's range are checked.
std::vector<PackEntry> parse_pack_index(std::string_view bytes, const PackTrailer& trailer);
void check_pack_index(std::string_view bytes, const PackTrailer& trailer);  // the same, without keeping it

}  // namespace dvx
