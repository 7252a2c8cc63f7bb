#include "objects/store/frame_numbers.h"

namespace dvx {

void FrameNumbers::append(std::shared_ptr<const Segment> segment) {
  const std::uint64_t entries = segment->entry_count();
  lists_.push_back({std::move(segment), nullptr, count_});
  count_ += entries;
}

void FrameNumbers::append(std::shared_ptr<const PackReader> pack) {
  const std::uint64_t entries = pack->entry_count();
  lists_.push_back({nullptr, std::move(pack), count_});
  count_ += entries;
}

std::optional<FrameNumbers::Numbered> FrameNumbers::find(const ObjectId& id) const {
  for (const List& list : lists_) {
    if (const auto position = list.position_of(id))
      return Numbered{list.first + *position, list.at(*position)};
  }
  return std::nullopt;
}

std::optional<std::uint64_t> FrameNumbers::number_of(const ObjectId& id) const {
  for (const List& list : lists_) {
    if (const auto position = list.position_of(id)) return list.first + *position;
  }
  return std::nullopt;
}

}  // namespace dvx
