#include "objects/pack/id_filter.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace dvx {
namespace {

constexpr int kIds = 20'000;

ObjectId number(int i) {
  return ObjectId::of(std::to_string(i));
}

std::string filter_of(int ids) {
  std::string filter(filter_blocks(static_cast<std::uint64_t>(ids)) * kFilterBlock, '\0');
  for (int i = 0; i < ids; ++i) add_to_filter(filter, number(i));
  return filter;
}

TEST(IdFilter, LetsThroughEveryIdThatIsThere) {
  const std::string filter = filter_of(kIds);
  for (int i = 0; i < kIds; ++i) ASSERT_TRUE(may_be_in(filter, number(i))) << i;
}

TEST(IdFilter, HoldsBackAllButAFewOfThoseThatAreNot) {
  const std::string filter = filter_of(kIds);
  int let_through = 0;
  for (int i = kIds; i < 2 * kIds; ++i) let_through += may_be_in(filter, number(i)) ? 1 : 0;
  EXPECT_LT(let_through, kIds * 2 / 100);
  EXPECT_GT(let_through, 0) << "a filter this small cannot be exact";
}

TEST(IdFilter, TakesTenBitsAnId) {
  EXPECT_EQ(filter_blocks(0), 0U);
  EXPECT_EQ(filter_blocks(1), 1U);
  EXPECT_EQ(filter_blocks(10'000'000) * kFilterBlock, 12'500'000U);
}

TEST(IdFilter, OfNothingSaysPerhaps) {
  EXPECT_TRUE(may_be_in("", number(1)));
}

}  // namespace
}  // namespace dvx
