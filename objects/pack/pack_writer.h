// Writes one pack, front to back, with direct I/O where the file system has it.
//
// The caller chooses the path (a temporary name) and renames the file once it is sealed. Dropped unsealed,
// the file is removed. Not thread-safe; a thread of its own does the writing behind append(). Throws
// Error{Io}: after that the writer can only be dropped.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "objects/pack/pack_format.h"

namespace dvx {

struct SealedPack {
  ObjectId pack_id;
  std::string path;
  std::uint64_t size = 0;          // of the file
  std::vector<PackEntry> entries;  // sorted by id
};

class PackWriter {
 public:
  explicit PackWriter(std::string path);  // created; must not exist
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;
  ~PackWriter();

  // Appends an encoded frame, unless a frame of that id is in this pack already (then false).
  bool append(const FrameInfo& info, std::span<const std::byte> stored);
  bool contains(const ObjectId& id) const;

  std::uint64_t size() const;  // bytes of header and frames so far
  std::size_t entry_count() const;
  bool is_full() const { return size() >= kPackRollBytes || entry_count() >= kPackRollEntries; }

  // Writes index and trailer. There must be an entry. Nothing may be appended afterwards.
  SealedPack seal(Durability durability = Durability::Synced);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx
