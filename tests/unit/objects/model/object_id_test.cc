#include "objects/model/object_id.h"

#include <gtest/gtest.h>

namespace dvx {
namespace {

TEST(ObjectId, IsWhatSha256sumPrints) {
  EXPECT_EQ(ObjectId::of("").to_hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(ObjectId::of("abc").to_string(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(ObjectId::of("abc").short_hex(), "ba7816bf8f01");
}

TEST(ObjectId, ParsesBothForms) {
  const ObjectId id = ObjectId::of("abc");
  EXPECT_EQ(ObjectId::parse(id.to_hex()), id);
  EXPECT_EQ(ObjectId::parse(id.to_string()), id);
  EXPECT_FALSE(ObjectId::parse("sha256:ba78"));
  EXPECT_FALSE(ObjectId::parse("sha512:" + id.to_hex()));
  EXPECT_FALSE(ObjectId::parse("BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"));
}

TEST(Hasher, StartsAnewAfterFinish) {
  Hasher hasher;
  hasher.update("ab");
  hasher.update("c");
  EXPECT_EQ(hasher.finish(), ObjectId::of("abc"));
  hasher.update("abc");
  EXPECT_EQ(hasher.finish(), ObjectId::of("abc"));
}

}  // namespace
}  // namespace dvx
