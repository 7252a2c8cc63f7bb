// The bytes of a pack, version 1: header, frames, index sorted by id, and trailer (docs/formats/pack.md).
//
// The parsers may be given any bytes. They accept only what the writers write, and otherwise they throw
// Error{Corruption}.
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
// A writer begins a new pack when it reaches this number of frame bytes or this number of entries.
constexpr std::uint64_t kPackRollBytes = std::uint64_t{1} << 30;
constexpr std::size_t kPackRollEntries = std::size_t{1} << 19;

struct PackTrailer {
  // Counted from the start of the pack. The index ends where the trailer begins.
  std::uint64_t index_offset = 0;
  std::uint64_t entry_count = 0;
  // The SHA-256 of the index bytes.
  ObjectId pack_id;

  std::uint64_t index_size() const { return entry_count * kPackEntrySize; }
};

std::string serialize_pack_header();
// `bytes` are the first kPackHeaderSize bytes of a pack.
void check_pack_header(std::string_view bytes);

// Appends kPackEntrySize bytes.
void append_pack_entry(std::string& out, const PackEntry& entry);
PackEntry parse_pack_entry(std::span<const std::byte, kPackEntrySize> bytes);

std::string serialize_pack_trailer(const PackTrailer& trailer);
// Parses the last kPackTrailerSize bytes of a pack that has `pack_size` bytes.
PackTrailer parse_pack_trailer(std::string_view bytes, std::uint64_t pack_size);
// Parses the index that `trailer` describes. It checks the hash, the order and the range of every entry.
std::vector<PackEntry> parse_pack_index(std::string_view bytes, const PackTrailer& trailer);
// Makes the same checks without keeping the entries.
void check_pack_index(std::string_view bytes, const PackTrailer& trailer);

}  // namespace dvx
