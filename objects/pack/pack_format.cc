#include "objects/pack/pack_format.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/little_endian.h"
#include "base/stream.h"
#include "objects/pack/chunker.h"

namespace dvx {

namespace {

constexpr std::string_view kHeaderMagic = "DVXPACK\n";
constexpr std::string_view kTrailerMagic = "\nKCAPXVD";

[[noreturn]] void refuse_pack(std::string what) {
  throw Error(ErrorKind::Corruption, "not a pack: " + std::move(what));
}

void check_version(std::uint64_t version) {
  if (version != kPackVersion) refuse_pack(fmt::format("version {} is not known to this dvx", version));
}

// A reader allocates memory for a recipe by the length that its entry claims, so a large claim must have
// enough stored bytes behind it.
bool is_plausible_recipe(const PackEntry& entry) {
  return entry.raw_length <= limits::kFreeRecipeBytes ||
         entry.raw_length / limits::kRecipeCompression <= entry.stored_length;
}

void check_entry(const PackEntry& entry) {
  if (entry.kind == FrameKind::Chunk && entry.raw_length > kMaxChunk) refuse_pack("a chunk is too long");
  const bool lengths_agree = entry.codec == FrameCodec::Raw ? entry.stored_length == entry.raw_length
                                                            : entry.stored_length < entry.raw_length;
  if (!lengths_agree) refuse_pack("the lengths of a frame contradict each other");
  if (entry.kind == FrameKind::Recipe && !is_plausible_recipe(entry)) {
    refuse_pack(fmt::format(
        "a recipe claims {} bytes of which {} are stored; beyond {} bytes dvx takes {} times as much",
        entry.raw_length, entry.stored_length, limits::kFreeRecipeBytes, limits::kRecipeCompression));
  }
}

}  // namespace

std::string serialize_pack_header() {
  std::string bytes(kHeaderMagic);
  append_le(bytes, kPackVersion, 4);
  append_le(bytes, 0, 4);
  return bytes;
}

void check_pack_header(std::string_view bytes) {
  if (bytes.size() != kPackHeaderSize || !bytes.starts_with(kHeaderMagic))
    refuse_pack("it does not begin as one");
  check_version(load_le(as_bytes(bytes.substr(8, 4))));
  if (load_le(as_bytes(bytes.substr(12, 4))) != 0) refuse_pack("its header is damaged");
}

void append_pack_entry(std::string& out, const PackEntry& entry) {
  out += as_text(entry.id.bytes());
  append_le(out, entry.offset, 6);
  append_le(out, static_cast<std::uint64_t>(entry.kind), 1);
  append_le(out, static_cast<std::uint64_t>(entry.codec), 1);
  append_le(out, entry.stored_length, 4);
  append_le(out, entry.raw_length, 4);
}

PackEntry parse_pack_entry(std::span<const std::byte, kPackEntrySize> bytes) {
  PackEntry entry;
  entry.id = ObjectId(bytes.first<ObjectId::kSize>());
  entry.offset = load_le(bytes.subspan(32, 6));
  const std::uint64_t kind = load_le(bytes.subspan(38, 1)), codec = load_le(bytes.subspan(39, 1));
  if (kind > static_cast<std::uint64_t>(FrameKind::Recipe))
    refuse_pack(fmt::format("unknown frame kind {}", kind));
  if (codec > static_cast<std::uint64_t>(FrameCodec::Zstd))
    refuse_pack(fmt::format("unknown frame codec {}", codec));
  entry.kind = static_cast<FrameKind>(kind);
  entry.codec = static_cast<FrameCodec>(codec);
  entry.stored_length = static_cast<std::uint32_t>(load_le(bytes.subspan(40, 4)));
  entry.raw_length = static_cast<std::uint32_t>(load_le(bytes.subspan(44, 4)));
  check_entry(entry);
  return entry;
}

std::string serialize_pack_trailer(const PackTrailer& trailer) {
  std::string bytes;
  append_le(bytes, trailer.index_offset, 8);
  append_le(bytes, trailer.entry_count, 8);
  bytes += as_text(trailer.pack_id.bytes());
  append_le(bytes, kPackVersion, 4);
  append_le(bytes, 0, 4);
  bytes += kTrailerMagic;
  return bytes;
}

PackTrailer parse_pack_trailer(std::string_view bytes, std::uint64_t pack_size) {
  if (bytes.size() != kPackTrailerSize || !bytes.ends_with(kTrailerMagic))
    refuse_pack("it does not end as one");
  check_version(load_le(as_bytes(bytes.substr(48, 4))));
  if (load_le(as_bytes(bytes.substr(52, 4))) != 0) refuse_pack("its trailer is damaged");
  PackTrailer trailer;
  trailer.index_offset = load_le(as_bytes(bytes.substr(0, 8)));
  trailer.entry_count = load_le(as_bytes(bytes.substr(8, 8)));
  trailer.pack_id = ObjectId(as_bytes(bytes.substr(16, 32)).first<ObjectId::kSize>());
  // The checks divide instead of multiplying, so that a forged count cannot overflow into a plausible size.
  const std::uint64_t body = pack_size < kPackTrailerSize ? 0 : pack_size - kPackTrailerSize;
  if (trailer.index_offset < kPackHeaderSize || trailer.index_offset > body || trailer.entry_count == 0 ||
      trailer.entry_count > body / kPackEntrySize || trailer.index_size() != body - trailer.index_offset) {
    refuse_pack("its length is not what its trailer says");
  }
  return trailer;
}

namespace {

template <typename Keep>
void for_each_entry(std::string_view bytes, const PackTrailer& trailer, Keep keep) {
  if (bytes.size() != trailer.index_size()) refuse_pack("its index has another length");
  if (ObjectId::of(bytes) != trailer.pack_id) refuse_pack("its index does not hash to its id");
  ObjectId previous;
  for (std::size_t at = 0; at < bytes.size(); at += kPackEntrySize) {
    const PackEntry entry =
        parse_pack_entry(as_bytes(bytes.substr(at, kPackEntrySize)).first<kPackEntrySize>());
    if (entry.offset < kPackHeaderSize || entry.offset > trailer.index_offset ||
        entry.stored_length > trailer.index_offset - entry.offset) {
      refuse_pack("a frame lies outside of it");
    }
    if (at > 0 && entry.id <= previous) refuse_pack("its index is out of order");
    previous = entry.id;
    keep(entry);
  }
}

}  // namespace

std::vector<PackEntry> parse_pack_index(std::string_view bytes, const PackTrailer& trailer) {
  std::vector<PackEntry> entries;
  for_each_entry(bytes, trailer, [&](const PackEntry& entry) { entries.push_back(entry); });
  return entries;
}

void check_pack_index(std::string_view bytes, const PackTrailer& trailer) {
  for_each_entry(bytes, trailer, [](const PackEntry&) {});
}

}  // namespace dvx
