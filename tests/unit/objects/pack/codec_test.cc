#include "objects/pack/codec.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/stream.h"
#include "objects/pack/recipe.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

class RoundTrip : public testing::TestWithParam<std::string> {};

TEST_P(RoundTrip, GivesTheSameBytes) {
  const std::string& content = GetParam();
  Encoder encoder;
  Decoder decoder;
  const EncodedFrame frame = encoder.encode(ObjectId::of(content), FrameKind::Chunk, as_bytes(content));
  EXPECT_EQ(frame.info.raw_length, content.size());
  EXPECT_EQ(frame.info.stored_length, frame.stored.size());
  EXPECT_EQ(as_text(decoder.decode(frame.info, frame.stored)), content);
}

INSTANTIATE_TEST_SUITE_P(Contents, RoundTrip,
                         testing::Values("", "x", std::string(100, 'a'), random_bytes(63),
                                         random_bytes(10'000), table_bytes(10'000), table_bytes(262'144),
                                         std::string(262'144, '\0')));

TEST(Encoder, CompressesWhatSavesSpace) {
  const std::string content = table_bytes(60'000);
  Encoder encoder;
  const FrameInfo info = encoder.encode(ObjectId::of(content), FrameKind::Chunk, as_bytes(content)).info;
  EXPECT_EQ(info.codec, FrameCodec::Zstd);
  EXPECT_LT(info.stored_length, content.size() / 2);
}

TEST(Encoder, LeavesRandomBytesRaw) {
  const std::string content = random_bytes(60'000);
  EXPECT_TRUE(looks_incompressible(as_bytes(content)));
  Encoder encoder;
  EXPECT_EQ(encoder.encode(ObjectId::of(content), FrameKind::Chunk, as_bytes(content)).info.codec,
            FrameCodec::Raw);
}

TEST(Decoder, RefusesBytesOfAnotherId) {
  const std::string content = table_bytes(5'000);
  Encoder encoder;
  const EncodedFrame frame = encoder.encode(ObjectId::of("other"), FrameKind::Chunk, as_bytes(content));
  EXPECT_THROW(verify_frame(frame.info, frame.stored), Error);
}

TEST(Decoder, RefusesEveryFlippedByte) {
  const std::string content = table_bytes(2'000);
  Encoder encoder;
  const EncodedFrame frame = encoder.encode(ObjectId::of(content), FrameKind::Chunk, as_bytes(content));
  std::string stored(as_text(frame.stored));
  for (char& c : stored) {
    c = static_cast<char>(c ^ 0x20);
    bool same = false;
    try {
      // A flip that zstd does not look at (reserved header bits) may leave the content as it was: that is no
      // damage.
      same = as_text(Decoder().decode(frame.info, as_bytes(stored))) == content;
    } catch (const Error& e) {
      same = e.kind() == ErrorKind::Corruption;
    }
    EXPECT_TRUE(same);
    c = static_cast<char>(c ^ 0x20);
  }
}

TEST(Recipe, RoundTripsAndRefusesDamage) {
  const Recipe recipe{{{ObjectId::of("a"), 100'000}, {ObjectId::of("b"), 1}}};
  const std::string bytes = recipe.serialize();
  EXPECT_EQ(Recipe::parse(bytes).chunks, recipe.chunks);
  EXPECT_EQ(recipe.total_size(), 100'001U);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_THROW(Recipe::parse(damaged), Error) << i;
  }
}

}  // namespace
}  // namespace dvx
