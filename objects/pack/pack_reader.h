// Reads one pack. Opening is cheap; the index is mapped and checked when it is first asked for.
//
// All const calls may come from any thread. Throws Corruption for bytes that are not a pack, NotFound or Io.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "objects/pack/pack_format.h"

namespace dvx {

class PackReader {
 public:
  // Checks header and trailer.
  static std::shared_ptr<const PackReader> open(const std::string& path);
  ~PackReader();

  const std::string& path() const;
  const ObjectId& pack_id() const;  // as the trailer says
  std::uint64_t size() const;       // of the file
  std::uint64_t entry_count() const;

  std::optional<PackEntry> find(const ObjectId& id) const;
  std::optional<std::uint64_t> position_of(const ObjectId& id) const;
  PackEntry entry(std::uint64_t position) const;  // in order of id
  std::vector<PackEntry> entries() const;         // in order of id

  // Corruption when the pack ends before the frame does: call it before making room for the frame.
  void require_inside(const PackEntry& entry) const;
  // The stored bytes of a frame; `out` has entry.stored_length. They are not verified: see verify_frame.
  void read_stored(const PackEntry& entry, std::span<std::byte> out) const;
  Frame read_frame(const PackEntry& entry) const;
  // Any range, for frames that lie one after the other.
  void read_range(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  struct State;
  explicit PackReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dvx
