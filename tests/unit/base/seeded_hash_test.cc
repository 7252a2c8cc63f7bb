#include "base/seeded_hash.h"

#include <gtest/gtest.h>

#include <set>

namespace dvx {
namespace {

TEST(SeededHash, KeysThatBeginAlikeFallApart) {
  std::set<std::size_t> low_bits;
  for (std::uint32_t i = 0; i < 4096; ++i) {
    std::array<std::byte, 32> key{};
    std::memcpy(key.data() + 28, &i, sizeof i);
    low_bits.insert(seeded_hash(key) & 0xFFFFU);
  }
  // About 3970 of 4096 values differ when they fall into 65536 places.
  EXPECT_GT(low_bits.size(), 3800U);
}

}  // namespace
}  // namespace dvx
