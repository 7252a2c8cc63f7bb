// Index segments: one sorted list of "this id is in that pack, there", over several packs
// (docs/formats/store.md).
//
// The same bytes serve the local chunk index (mapped) and a remote's `index/` (fetched). Immutable and
// disposable: what they say is in the packs too.
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
  // Maps the file and checks its header, its pack list and its length. Corruption or NotFound.
  static std::shared_ptr<const Segment> open(const std::string& path);
  // The same of bytes that are kept.
  static std::shared_ptr<const Segment> from_bytes(std::string bytes);
  ~Segment();

  std::optional<SegmentHit> find(const ObjectId& id) const;
  std::optional<std::uint64_t> position_of(const ObjectId& id) const;
  const std::vector<ObjectId>& packs() const;  // that it covers, sorted
  std::uint64_t entry_count() const;
  SegmentHit at(std::uint64_t position) const;  // in order of id
  // Reads it whole: order, ranges and checksum. Corruption.
  void verify() const;

 private:
  struct State;
  explicit Segment(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// What a new segment is made of: packs (by their own index) and older segments that it replaces.
struct SegmentInputs {
  struct Pack {
    ObjectId pack_id;
    std::vector<PackEntry> entries;  // sorted by id
  };
  std::vector<Pack> packs;
  std::vector<std::shared_ptr<const PackReader>> readers;
  std::vector<std::shared_ptr<const Segment>> segments;
};

// Bytes of the merged segment, in bounded pieces. An id in several packs is kept once (in the smallest pack
// id).
class Sink;
void write_segment(const SegmentInputs& inputs, Sink& sink);
std::string make_segment(const SegmentInputs& inputs);

}  // namespace dvx
