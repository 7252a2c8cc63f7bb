// Finds an id in sorted records that begin with ids. The first steps interpolate, because SHA-256 values are
// uniform. Later steps bisect, which bounds the work even in a forged file.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "objects/model/object_id.h"

namespace dvx {

// Returns the position of the record with `id` in `records`. Each record has `width` bytes and begins with
// the 32 bytes of its id.
inline std::optional<std::uint64_t> find_id(std::string_view records, std::size_t width, const ObjectId& id) {
  static_assert(std::endian::native == std::endian::little);
  const auto key_of = [](const void* bytes) {
    std::uint64_t value;
    std::memcpy(&value, bytes, sizeof value);
    return __builtin_bswap64(value);
  };
  const std::uint64_t key = key_of(id.bytes().data());
  std::uint64_t low = 0, high = records.size() / width;  // the record is in [low, high)
  std::uint64_t low_key = 0, high_key = ~std::uint64_t{0};
  for (int step = 0; low < high; ++step) {
    std::uint64_t middle = low + (high - low) / 2;
    if (step < 8 && high_key > low_key && key >= low_key && key <= high_key) {
      const double share = static_cast<double>(key - low_key) / static_cast<double>(high_key - low_key);
      middle = low + static_cast<std::uint64_t>(share * static_cast<double>(high - low));
      if (middle >= high) middle = high - 1;
    }
    const char* record = records.data() + middle * width;
    const int order = std::memcmp(record, id.bytes().data(), ObjectId::kSize);
    if (order == 0) return middle;
    if (order < 0) {
      low = middle + 1;
      low_key = key_of(record);
    } else {
      high = middle;
      high_key = key_of(record);
    }
  }
  return std::nullopt;
}

}  // namespace dvx
