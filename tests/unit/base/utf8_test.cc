#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace dvx {
namespace {

// At every place of a word, and behind it.
TEST(Utf8, IsJudgedWhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before) {
    const std::string ascii(before, 'a');
    EXPECT_TRUE(is_valid_utf8(ascii)) << before;
    EXPECT_TRUE(is_valid_utf8(ascii + "\xc3\xa4" + ascii)) << before;
    EXPECT_TRUE(is_valid_utf8(ascii + "\xf0\x9f\x98\x80")) << before;
    EXPECT_FALSE(is_valid_utf8(ascii + "\xff" + ascii)) << before;
    EXPECT_FALSE(is_valid_utf8(ascii + "\xc3")) << before;
    EXPECT_FALSE(is_valid_utf8("\xc3\xa4" + ascii + "\x80")) << before;
  }
}

}  // namespace
}  // namespace dvx
