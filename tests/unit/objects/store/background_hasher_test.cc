#include "objects/store/background_hasher.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/stream.h"

namespace dvx {
namespace {

TEST(BackgroundHasher, AgreesWithHashingAtOnce) {
  std::mt19937 random(7);
  for (const std::size_t size : {0, 1, 1000, 1 << 20, (1 << 20) + 1, 9'000'017}) {
    std::string bytes(size, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    BackgroundHasher hasher;
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::string_view piece = rest.substr(0, 1 + random() % 3'000'000);
      hasher.update(as_bytes(piece));
      rest.remove_prefix(piece.size());
    }
    EXPECT_EQ(hasher.finish(), ObjectId::of(bytes)) << size;
  }
}

TEST(BackgroundHasher, MayBeDroppedAtAnyTime) {
  const std::string bytes(3'000'000, 'x');
  const BackgroundHasher unused;
  BackgroundHasher half;
  half.update(as_bytes(bytes));
}

}  // namespace
}  // namespace dvx
