#include <gtest/gtest.h>

#include <array>

#include "base/clock.h"
#include "base/hex.h"
#include "base/stream.h"

namespace dvx {
namespace {

TEST(Hex, RoundTripsAndRefusesEverythingElse) {
  std::array<std::byte, 2> bytes{};
  EXPECT_TRUE(from_hex("0aff", bytes));
  EXPECT_EQ(to_hex(bytes), "0aff");
  EXPECT_FALSE(from_hex("0AFF", bytes));
  EXPECT_FALSE(from_hex("0af", bytes));
  EXPECT_FALSE(from_hex("0afg", bytes));
}

TEST(Stream, GivesAStringInPieces) {
  StringSource source("abcde");
  std::array<std::byte, 2> piece{};
  StringSink sink;
  while (const std::size_t n = source.read(piece)) sink.write(std::span(piece).first(n));
  EXPECT_EQ(sink.take(), "abcde");
}

TEST(Clock, FormatsUtc) {
  EXPECT_EQ(format_utc(1767323045'123'000'000), "2026-01-02T03:04:05.123Z");
}

}  // namespace
}  // namespace dvx
