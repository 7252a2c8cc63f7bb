// An index segment is one sorted list that says, for several packs together, which pack holds an id and where
// (docs/formats/store.md).
//
// The local chunk index maps such files, and a remote keeps the same bytes under `index/`. A segment never
// changes. It may be deleted, because everything it says can be read from the packs too.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "objects/pack/frame.h"

namespace dvx {

class PackReader;

struct SegmentHit {
  ObjectId pack_id;
  PackEntry entry;
};

class Segment {
 public:
  // Maps the file and checks its header, its pack list and its length. Throws Error{Corruption} or
  // Error{NotFound}.
  static std::shared_ptr<const Segment> open(const std::string& path);
  // Does the same for bytes in memory, which the segment keeps.
  static std::shared_ptr<const Segment> from_bytes(std::string bytes);
  ~Segment();

  std::optional<SegmentHit> find(const ObjectId& id) const;
  std::optional<std::uint64_t> position_of(const ObjectId& id) const;
  // Returns the packs that the segment covers, sorted.
  const std::vector<ObjectId>& packs() const;
  std::uint64_t entry_count() const;
  // `position` counts in order of id.
  SegmentHit at(std::uint64_t position) const;
  // Reads the whole segment and checks order, ranges and checksum. Throws Error{Corruption}.
  void verify() const;

 private:
  struct State;
  explicit Segment(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The inputs of a new segment: packs, by their own index, and older segments that it replaces.
struct SegmentInputs {
  struct Pack {
    ObjectId pack_id;
    std::vector<PackEntry> entries;  // sorted by id
  };
  std::vector<Pack> packs;
  std::vector<std::shared_ptr<const PackReader>> readers;
  std::vector<std::shared_ptr<const Segment>> segments;
};

// Writes the merged segment in pieces of bounded size. An id that is in several packs is kept once, for the
// smallest pack id.
class Sink;
void write_segment(const SegmentInputs& inputs, Sink& sink);
std::string make_segment(const SegmentInputs& inputs);

}  // namespace dvx
