#include "objects/pack/id_filter.h"

#include <array>
#include <bit>
#include <cstring>

namespace dvx {

namespace {

constexpr std::uint64_t kBitsPerId = 10;

std::uint64_t load_64(const ObjectId& id, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t value;
  std::memcpy(&value, id.bytes().data() + at, sizeof value);
  return value;
}

std::size_t offset_of_block(const ObjectId& id, std::size_t filter_size) {
  __extension__ using Wide = unsigned __int128;
  const auto blocks = static_cast<Wide>(filter_size / kFilterBlock);
  return static_cast<std::size_t>(Wide{__builtin_bswap64(load_64(id, 0))} * blocks >> 64) * kFilterBlock;
}

using FilterBlock = std::array<std::uint32_t, 8>;

FilterBlock bits_of(const ObjectId& id) {
  std::uint64_t choice = load_64(id, 16);
  FilterBlock bits;
  for (std::uint32_t& word : bits) {
    word = std::uint32_t{1} << (choice & 31);
    choice >>= 5;
  }
  return bits;
}

}  // namespace

std::uint64_t filter_blocks(std::uint64_t ids) {
  return (ids * kBitsPerId + 8 * kFilterBlock - 1) / (8 * kFilterBlock);
}

void add_to_filter(std::string& filter, const ObjectId& id) {
  char* place = filter.data() + offset_of_block(id, filter.size());
  FilterBlock block;
  std::memcpy(block.data(), place, kFilterBlock);
  const FilterBlock bits = bits_of(id);
  for (std::size_t i = 0; i < block.size(); ++i) block[i] |= bits[i];
  std::memcpy(place, block.data(), kFilterBlock);
}

bool may_be_in(std::string_view filter, const ObjectId& id) {
  if (filter.empty()) return true;
  FilterBlock block;
  std::memcpy(block.data(), filter.data() + offset_of_block(id, filter.size()), kFilterBlock);
  const FilterBlock bits = bits_of(id);
  std::uint32_t absent = 0;
  for (std::size_t i = 0; i < block.size(); ++i) absent |= bits[i] & ~block[i];
  return absent == 0;
}

}  // namespace dvx
