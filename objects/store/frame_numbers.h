// Gives a number to every id that the packs of a store hold at one moment. A set of ids is then one bit for
// each number: 1.25 MB for ten million frames, where a hash set of ids would take 600 MB.
//
// The ids themselves stay in mapped segments and pack indexes, which the kernel may drop from memory and read
// again. When several of them list an id, it has the number from the first. After the last append() the
// object does not change, and any thread may use it.
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
  // Returns the count of numbers; every number is below it.
  std::uint64_t count() const { return count_; }
  // Returns the packs of that moment, sorted.
  const std::vector<ObjectId>& packs() const { return packs_; }

 private:
  // A list of ids is a segment or a pack; the other pointer is null. The index of the store owns it too, and
  // may meanwhile replace it with a newer one.
  struct List {
    std::shared_ptr<const Segment> segment;
    std::shared_ptr<const PackReader> pack;
    // The number of the first id in the list.
    std::uint64_t first = 0;

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
