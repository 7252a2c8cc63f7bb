// Reads one pack. Opening is cheap; the index is mapped and checked on the first use.
//
// All const calls may come from any thread. They throw Error{Corruption} for bytes that are not a pack, and
// Error{NotFound} or Error{Io}.
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
  // Opens the pack and checks its header and its trailer.
  static std::shared_ptr<const PackReader> open(const std::string& path);
  ~PackReader();

  const std::string& path() const;
  // Returns the id that the trailer states.
  const ObjectId& pack_id() const;
  // Returns the size of the file in bytes.
  std::uint64_t size() const;
  std::uint64_t entry_count() const;

  std::optional<PackEntry> find(const ObjectId& id) const;
  std::optional<std::uint64_t> position_of(const ObjectId& id) const;
  // `position` counts in order of id.
  PackEntry entry(std::uint64_t position) const;
  // Returns all entries in order of id.
  std::vector<PackEntry> entries() const;

  // Throws Error{Corruption} when the pack ends before the frame does. Call it before allocating memory for
  // the frame.
  void require_inside(const PackEntry& entry) const;
  // Reads the stored bytes of a frame. `out` must have entry.stored_length bytes. The bytes are not verified;
  // see verify_frame().
  void read_stored(const PackEntry& entry, std::span<std::byte> out) const;
  Frame read_frame(const PackEntry& entry) const;
  // Reads any range of bytes, for frames that lie next to each other.
  void read_range(std::uint64_t offset, std::span<std::byte> out) const;

 private:
  struct State;
  explicit PackReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dvx
