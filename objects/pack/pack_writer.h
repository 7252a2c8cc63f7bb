// Writes one pack from front to back, with direct I/O where the file system supports it.
//
// The caller chooses a temporary path and renames the file once it is sealed. When the writer is destroyed
// unsealed, it removes the file. It is not thread-safe. The bytes given to append() are written by a separate
// thread. After an Error{Io} the writer can only be destroyed.
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
  // The size of the file in bytes.
  std::uint64_t size = 0;
  std::vector<PackEntry> entries;  // sorted by id
};

class PackWriter {
 public:
  // Creates the file, which must not exist.
  explicit PackWriter(std::string path);
  PackWriter(const PackWriter&) = delete;
  PackWriter& operator=(const PackWriter&) = delete;
  ~PackWriter();

  // Appends an encoded frame and returns true. When this pack already has a frame with that id, it returns
  // false.
  bool append(const FrameInfo& info, std::span<const std::byte> stored);
  bool contains(const ObjectId& id) const;

  // Returns the bytes of the header and the frames so far.
  std::uint64_t size() const;
  std::size_t entry_count() const;
  bool is_full() const { return size() >= kPackRollBytes || entry_count() >= kPackRollEntries; }

  // Writes the index and the trailer. There must be at least one entry. Nothing may be appended afterwards.
  SealedPack seal(Durability durability = Durability::Synced);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx
