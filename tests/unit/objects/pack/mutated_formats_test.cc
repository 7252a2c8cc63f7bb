// The parsers over golden files changed at random: anything but a crash, a hang or a wrong acceptance.
#include <gtest/gtest.h>

#include "base/error.h"
#include "objects/model/tree.h"
#include "objects/pack/pack_format.h"
#include "objects/pack/segment.h"
#include "tests/support/golden.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

std::string mutated(std::string bytes, std::uint64_t seed) {
  const std::string random = random_bytes(64, seed);
  const auto pick = [&](std::size_t i, std::size_t limit) {
    return (static_cast<std::size_t>(static_cast<unsigned char>(random[i])) << 8 |
            static_cast<unsigned char>(random[i + 1])) %
           limit;
  };
  for (std::size_t i = 0; i < 8; i += 2) bytes[pick(i, bytes.size())] = random[i + 20];
  if (random[40] > 64) bytes.resize(pick(42, bytes.size()) + 1);
  if (random[44] > 64) bytes.insert(pick(46, bytes.size()), random.substr(48, 5));
  return bytes;
}

template <typename Parse>
void parse_all(const std::string& golden, Parse parse) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    const std::string bytes = mutated(golden, seed);
    try {
      parse(bytes);
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::Corruption);
    }
  }
}

TEST(MutatedFormats, TreeParsesOnlyWhatItWouldWrite) {
  parse_all(read_golden("tree/v1.tree"),
            [](const std::string& bytes) { EXPECT_EQ(Tree::parse(bytes).serialize(), bytes); });
}

TEST(MutatedFormats, PackIsRefusedOrInOrder) {
  parse_all(read_golden("pack/v1.pack"), [](const std::string& bytes) {
    if (bytes.size() < kPackTrailerSize) return;
    const std::string_view all(bytes);
    const PackTrailer trailer = parse_pack_trailer(all.substr(all.size() - kPackTrailerSize), all.size());
    for (const PackEntry& entry :
         parse_pack_index(all.substr(trailer.index_offset, trailer.index_size()), trailer)) {
      EXPECT_LE(entry.offset + entry.stored_length, trailer.index_offset);
    }
  });
}

TEST(MutatedFormats, SegmentIsRefusedOrSearchable) {
  for (const char* version : {"segment/v1.seg", "segment/v2.seg"}) {
    parse_all(read_golden(version), [](const std::string& bytes) {
      const auto segment = Segment::from_bytes(bytes);
      segment->find(ObjectId::of("one"));
      segment->verify();
    });
  }
}

}  // namespace
}  // namespace dvx
