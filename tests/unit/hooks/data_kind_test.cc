#include "hooks/data_kind.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(DataKind, KnowsDataByItsExtension) {
  EXPECT_TRUE(has_data_extension("data/x.csv"));
  EXPECT_TRUE(has_data_extension("X.PARQUET"));
  EXPECT_TRUE(has_data_extension("x.csv.gz"));
}

TEST(DataKind, TakesCodeAndTextForWhatTheyAre) {
  EXPECT_FALSE(has_data_extension("src/train.py"));
  EXPECT_FALSE(has_data_extension("params.yaml"));
  EXPECT_FALSE(has_data_extension("csv"));
  EXPECT_FALSE(has_data_extension(""));
}

}  // namespace
}  // namespace dvx
