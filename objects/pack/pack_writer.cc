#include "objects/pack/pack_writer.h"

#include <algorithm>
#include <utility>

#include "base/stream.h"
#include "objects/pack/sequential_file.h"

namespace dvx {

namespace {

// A hash table with open addressing whose slots hold positions in the entry list. The ids are already
// uniform, and a table with a node for each id would take more memory than the entries.
class IdTable {
 public:
  bool contains(const std::vector<PackEntry>& entries, const ObjectId& id) const {
    if (slots_.empty()) return false;
    for (std::size_t at = slot_of(id);; at = next(at)) {
      if (slots_[at] == kFree) return false;
      if (entries[slots_[at]].id == id) return true;
    }
  }

  // Adds the last entry. Call it right after the entry was added to `entries`.
  void add_last(const std::vector<PackEntry>& entries) {
    if (entries.size() * 2 > slots_.size()) {
      slots_.assign(std::max<std::size_t>(1024, slots_.size() * 2), kFree);
      for (std::size_t i = 0; i < entries.size(); ++i) place(entries[i].id, i);
    } else {
      place(entries.back().id, entries.size() - 1);
    }
  }

 private:
  static constexpr std::uint32_t kFree = 0xffffffff;
  std::size_t slot_of(const ObjectId& id) const { return std::hash<ObjectId>()(id) & (slots_.size() - 1); }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  void place(const ObjectId& id, std::size_t position) {
    std::size_t at = slot_of(id);
    while (slots_[at] != kFree) at = next(at);
    slots_[at] = static_cast<std::uint32_t>(position);
  }

  // The number of slots is a power of two, and at most half of them are used.
  std::vector<std::uint32_t> slots_;
};

}  // namespace

struct PackWriter::State {
  explicit State(std::string p) : path(p), file(std::move(p)) {}
  std::string path;
  SequentialFile file;
  std::vector<PackEntry> entries;
  IdTable table;
};

PackWriter::PackWriter(std::string path) : state_(std::make_unique<State>(std::move(path))) {
  state_->file.append(as_bytes(serialize_pack_header()));
}

PackWriter::~PackWriter() = default;

bool PackWriter::contains(const ObjectId& id) const {
  return state_->table.contains(state_->entries, id);
}
std::uint64_t PackWriter::size() const {
  return state_->file.size();
}
std::size_t PackWriter::entry_count() const {
  return state_->entries.size();
}

bool PackWriter::append(const FrameInfo& info, std::span<const std::byte> stored) {
  if (contains(info.id)) return false;
  PackEntry entry;
  static_cast<FrameInfo&>(entry) = info;
  entry.offset = size();
  state_->file.append(stored);
  state_->entries.push_back(entry);
  state_->table.add_last(state_->entries);
  return true;
}

SealedPack PackWriter::seal(Durability durability) {
  std::vector<PackEntry>& entries = state_->entries;
  std::sort(entries.begin(), entries.end(),
            [](const PackEntry& a, const PackEntry& b) { return a.id < b.id; });
  PackTrailer trailer;
  trailer.index_offset = size();
  trailer.entry_count = entries.size();
  // The number of entries that are written at a time.
  constexpr std::size_t kPiece = 8192;
  Hasher hasher;
  std::string bytes;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    append_pack_entry(bytes, entries[i]);
    if ((i + 1) % kPiece != 0 && i + 1 != entries.size()) continue;
    hasher.update(bytes);
    state_->file.append(as_bytes(bytes));
    bytes.clear();
  }
  trailer.pack_id = hasher.finish();
  state_->file.append(as_bytes(serialize_pack_trailer(trailer)));
  state_->file.finish(durability);
  return {trailer.pack_id, state_->path, state_->file.size(), std::move(entries)};
}

}  // namespace dvx
