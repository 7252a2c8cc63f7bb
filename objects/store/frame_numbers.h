// A number for every id that the packs of a store hold at one moment, so that a set of ids is a row of bits:
// 1.25 MB for ten million frames, where a hash set of ids would take 600.
//
// The ids themselves stay in mapped segments and pack indexes, which the kernel may drop and read again. An
// id that is listed in several of them has the number it has in the first. Immutable; any thread may ask.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "objects/pack/pack_reader.h"
#include "objects/pack/segment.h"

namespace dvx {

class FrameNumbers {
 public:
  struct Numbered {
    std::uint64_t number = 0;
    SegmentHit hit;
  };

  explicit FrameNumbers(std::vector<ObjectId> packs) : packs_(std::move(packs)) {}
  void append(std::shared_ptr<const Segment> segment);
  void append(std::shared_ptr<const PackReader> pack);

  std::optional<Numbered> find(const ObjectId& id) const;
  std::optional<std::uint64_t> number_of(const ObjectId& id) const;
  std::uint64_t count() const { return count_; }                 // numbers are below
  const std::vector<ObjectId>& packs() const { return packs_; }  // of that moment, sorted

 private:
  // Owned together with the store's index, which may drop them for newer ones meanwhile.
  struct List {
    std::shared_ptr<const Segment> segment;  // or
    std::shared_ptr<const PackReader> pack;
    std::uint64_t first = 0;  // number of its first id

    std::optional<std::uint64_t> position_of(const ObjectId& id) const {
      return segment ? segment->position_of(id) : pack->position_of(id);
    }
    SegmentHit at(std::uint64_t position) const {
      return segment ? segment->at(position) : SegmentHit{pack->pack_id(), pack->entry(position)};
    }
  };

  std::vector<ObjectId> packs_;
  std::vector<List> lists_;
  std::uint64_t count_ = 0;
};

}  // namespace dvx
