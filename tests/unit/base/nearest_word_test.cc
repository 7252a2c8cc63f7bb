#include "base/nearest_word.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(NearestWord, FindsWhatASlipMeant) {
  EXPECT_EQ(nearest_word("comit", {"add", "commit", "config"}), "commit");
  EXPECT_EQ(nearest_word("stauts", {"stage", "status"}), "status");
}

TEST(NearestWord, StaysSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest_word("frobnicate", {"add", "commit"}), std::nullopt);
  EXPECT_EQ(nearest_word("x", {}), std::nullopt);
}

}  // namespace
}  // namespace dvx
