#include "objects/pack/pack_reader.h"

#include <fmt/format.h>

#include <array>
#include <mutex>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/regular_file.h"
#include "base/stream.h"
#include "objects/pack/id_search.h"
#include "objects/pack/mapped_file.h"

namespace dvx {

struct PackReader::State {
  std::string path;
  UniqueFd fd;
  std::uint64_t size = 0;
  PackTrailer trailer;
  std::once_flag index_checked;
  MappedFile index;

  std::string_view index_bytes() {
    std::call_once(index_checked, [this] {
      MappedFile mapped(fd.get(), trailer.index_offset, static_cast<std::size_t>(trailer.index_size()), path);
      try {
        check_pack_index(mapped.bytes(), trailer);
      } catch (const Error& e) {
        throw Error(e.kind(), fmt::format("'{}' is damaged: {}", path, e.message()), "dvx fsck --repair",
                    path);
      }
      index = std::move(mapped);
    });
    return index.bytes();
  }
};

PackReader::PackReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
PackReader::~PackReader() = default;

std::shared_ptr<const PackReader> PackReader::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  RegularFile file = open_stored_file(path);
  state->size = file.size();
  state->fd = std::move(file.fd);
  try {
    if (state->size < kPackHeaderSize + kPackTrailerSize)
      throw Error(ErrorKind::Corruption, "it is too short");
    std::array<std::byte, kPackTrailerSize> bytes;
    pread_exact(state->fd.get(), std::span(bytes).first<kPackHeaderSize>(), 0, path);
    check_pack_header(as_text(std::span(bytes).first<kPackHeaderSize>()));
    pread_exact(state->fd.get(), bytes, state->size - kPackTrailerSize, path);
    state->trailer = parse_pack_trailer(as_text(bytes), state->size);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Corruption) throw;
    throw Error(e.kind(), fmt::format("'{}' is damaged: {}", path, e.message()), "dvx fsck --repair", path);
  }
  return std::shared_ptr<const PackReader>(new PackReader(std::move(state)));
}

const std::string& PackReader::path() const {
  return state_->path;
}
const ObjectId& PackReader::pack_id() const {
  return state_->trailer.pack_id;
}
std::uint64_t PackReader::size() const {
  return state_->size;
}
std::uint64_t PackReader::entry_count() const {
  return state_->trailer.entry_count;
}

PackEntry PackReader::entry(std::uint64_t position) const {
  const std::string_view index = state_->index_bytes();
  return parse_pack_entry(
      as_bytes(index.substr(position * kPackEntrySize, kPackEntrySize)).first<kPackEntrySize>());
}

std::optional<std::uint64_t> PackReader::position_of(const ObjectId& id) const {
  return find_id(state_->index_bytes(), kPackEntrySize, id);
}

std::optional<PackEntry> PackReader::find(const ObjectId& id) const {
  const auto position = position_of(id);
  if (!position) return std::nullopt;
  return entry(*position);
}

std::vector<PackEntry> PackReader::entries() const {
  std::vector<PackEntry> result;
  result.reserve(entry_count());
  for (std::uint64_t i = 0; i < entry_count(); ++i) result.push_back(entry(i));
  return result;
}

void PackReader::read_range(std::uint64_t offset, std::span<std::byte> out) const {
  pread_exact(state_->fd.get(), out, offset, state_->path);
}

void PackReader::require_inside(const PackEntry& entry) const {
  if (entry.offset <= state_->size && entry.stored_length <= state_->size - entry.offset) return;
  throw Error(ErrorKind::Corruption,
              fmt::format("'{}' ends before the frame of {}", state_->path, entry.id.to_hex()),
              "dvx fsck --repair", state_->path);
}

void PackReader::read_stored(const PackEntry& entry, std::span<std::byte> out) const {
  read_range(entry.offset, out);
}

Frame PackReader::read_frame(const PackEntry& entry) const {
  require_inside(entry);
  Frame frame{entry, std::string(entry.stored_length, '\0')};
  read_stored(entry, std::as_writable_bytes(std::span(frame.bytes)));
  return frame;
}

}  // namespace dvx
