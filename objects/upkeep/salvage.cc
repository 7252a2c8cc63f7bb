#include "objects/upkeep/salvage.h"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/file.h"
#include "base/little_endian.h"
#include "base/regular_file.h"
#include "base/stream.h"
#include "objects/pack/pack_reader.h"

namespace dvx {

namespace {

struct IndexPlace {
  std::uint64_t offset = 0, count = 0;
};

// Returns the places where the index may be. The trailer gives both the position and the count, and each
// implies the other, so one of them may be wrong.
std::vector<IndexPlace> likely_indexes(std::string_view trailer, std::uint64_t pack_size) {
  std::vector<IndexPlace> places;
  if (pack_size < kPackHeaderSize + kPackTrailerSize) return places;
  const std::uint64_t end = pack_size - kPackTrailerSize;
  const std::uint64_t offset = load_le(as_bytes(trailer.substr(0, 8))),
                      count = load_le(as_bytes(trailer.substr(8, 8)));
  if (offset >= kPackHeaderSize && offset <= end) places.push_back({offset, (end - offset) / kPackEntrySize});
  if (count <= (end - kPackHeaderSize) / kPackEntrySize)
    places.push_back({end - count * kPackEntrySize, count});
  return places;
}

Salvage read_leniently(int fd, const IndexPlace& place, const std::string& path) {
  Salvage result;
  std::array<std::byte, kPackEntrySize> bytes;
  for (std::uint64_t i = 0; i < place.count; ++i) {
    pread_exact(fd, bytes, place.offset + i * kPackEntrySize, path);
    try {
      const PackEntry entry = parse_pack_entry(bytes);
      const bool inside = entry.offset >= kPackHeaderSize && entry.offset <= place.offset &&
                          entry.stored_length <= place.offset - entry.offset;
      if (!inside) throw Error(ErrorKind::Corruption, "a frame lies outside of the pack");
      result.entries.push_back(entry);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Corruption) throw;
      result.misplaced.emplace_back(std::span<const std::byte>(bytes).first<ObjectId::kSize>());
    }
  }
  return result;
}

}  // namespace

Salvage salvage_entries(const std::string& pack_path, const ObjectId& expected_pack_id) {
  Salvage result;
  const auto by_offset = [](const PackEntry& a, const PackEntry& b) { return a.offset < b.offset; };
  try {
    const auto reader = PackReader::open(pack_path);
    if (reader->pack_id() != expected_pack_id)
      throw Error(ErrorKind::Corruption, "it has another id than its name");
    result.entries = reader->entries();
    std::sort(result.entries.begin(), result.entries.end(), by_offset);
    return result;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Corruption) throw;
    result.reason = e.message();
  }
  const RegularFile file = open_stored_file(pack_path);
  const UniqueFd& fd = file.fd;
  const std::uint64_t size = file.size();
  std::string trailer(kPackTrailerSize, '\0');
  if (size >= kPackHeaderSize + kPackTrailerSize) {
    pread_exact(fd.get(), std::as_writable_bytes(std::span(trailer)), size - kPackTrailerSize, pack_path);
    for (const IndexPlace& place : likely_indexes(trailer, size)) {
      Salvage read = read_leniently(fd.get(), place, pack_path);
      if (read.entries.size() <= result.entries.size()) continue;
      result.entries = std::move(read.entries);
      result.misplaced = std::move(read.misplaced);
    }
  }
  std::sort(result.entries.begin(), result.entries.end(), by_offset);
  return result;
}

}  // namespace dvx
