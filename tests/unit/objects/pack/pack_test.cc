#include <fcntl.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/pack/pack_reader.h"
#include "objects/pack/pack_writer.h"
#include "objects/pack/segment.h"
#include "tests/support/golden.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

class Pack : public testing::Test {
 protected:
  void append(PackWriter& writer, const std::string& content) {
    const EncodedFrame frame = encoder_.encode(ObjectId::of(content), FrameKind::Chunk, as_bytes(content));
    writer.append(frame.info, frame.stored);
  }
  std::string path(const std::string& name) const { return join_path(directory_.path(), name); }
  SealedPack write(const std::string& name, const std::vector<std::string>& contents) {
    PackWriter writer(path(name));
    for (const std::string& content : contents) append(writer, content);
    return writer.seal();
  }

  TemporaryDirectory directory_{testing::TempDir()};
  Encoder encoder_;
};

std::string decoded(const PackReader& pack, const std::string& content) {
  const auto entry = pack.find(ObjectId::of(content));
  if (!entry) return "absent";
  const Frame frame = pack.read_frame(*entry);
  return std::string(as_text(Decoder().decode(frame.info, as_bytes(frame.bytes))));
}

TEST_F(Pack, IsWrittenAsTheGoldenFile) {
  write("golden", {"", "one", random_bytes(300, 3)});
  expect_golden("pack/v1.pack", read_file(path("golden")));
}

TEST_F(Pack, ReadsTheGoldenFile) {
  const auto pack = PackReader::open(golden_path("pack/v1.pack"));
  EXPECT_EQ(pack->entry_count(), 3U);
  EXPECT_EQ(decoded(*pack, ""), "");
  EXPECT_EQ(decoded(*pack, "one"), "one");
  EXPECT_EQ(decoded(*pack, random_bytes(300, 3)), random_bytes(300, 3));
  EXPECT_EQ(decoded(*pack, "two"), "absent");
}

TEST_F(Pack, GivesBackWhatWasAppendedInManyBuffers) {
  std::vector<std::string> contents;
  for (std::uint64_t i = 0; i < 100; ++i) contents.push_back(random_bytes(150'000 + i, i));
  const SealedPack sealed = write("big", contents);
  const auto pack = PackReader::open(path("big"));
  EXPECT_EQ(pack->pack_id(), sealed.pack_id);
  EXPECT_EQ(pack->size(), sealed.size);
  EXPECT_EQ(pack->entries(), sealed.entries);
  for (const std::string& content : contents) EXPECT_TRUE(decoded(*pack, content) == content);
}

TEST_F(Pack, KeepsAFrameOnce) {
  PackWriter writer(path("p"));
  append(writer, "one");
  append(writer, "one");
  EXPECT_EQ(writer.entry_count(), 1U);
  EXPECT_TRUE(writer.contains(ObjectId::of("one")));
  EXPECT_FALSE(writer.contains(ObjectId::of("two")));
}

TEST_F(Pack, LeavesNothingWhenNotSealed) {
  { PackWriter writer(path("p")); }
  EXPECT_FALSE(exists(path("p")));
}

TEST_F(Pack, NeverGivesOutDamagedBytes) {
  const std::vector<std::string> contents{"one", table_bytes(3'000), random_bytes(300, 3)};
  write("p", contents);
  const std::string good = read_file(path("p"));
  std::size_t noticed = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x11);
    write_file_atomically(path("damaged"), damaged, 0666, Durability::Relaxed);
    for (const std::string& content : contents) {
      try {
        EXPECT_EQ(decoded(*PackReader::open(path("damaged")), content), content) << "byte " << at;
      } catch (const Error& e) {
        EXPECT_EQ(e.kind(), ErrorKind::Corruption);
        ++noticed;
      }
    }
  }
  EXPECT_GE(noticed, good.size());
}

TEST_F(Pack, RefusesEveryTruncation) {
  write("p", {"one", "two"});
  const std::string good = read_file(path("p"));
  for (std::size_t size = 0; size < good.size(); ++size) {
    write_file_atomically(path("short"), good.substr(0, size), 0666, Durability::Relaxed);
    EXPECT_THROW(PackReader::open(path("short"))->entries(), Error) << size;
  }
}

TEST_F(Pack, TrailerWithAForgedCountIsRefused) {
  PackTrailer trailer{
      .index_offset = kPackHeaderSize, .entry_count = (std::uint64_t{1} << 60) + 1, .pack_id = {}};
  EXPECT_THROW(parse_pack_trailer(serialize_pack_trailer(trailer), 4096), Error);
}

class SegmentTest : public Pack {};

TEST_F(SegmentTest, IsWrittenAsTheGoldenFile) {
  const SealedPack a = write("a", {"one", "both"}), b = write("b", {"two", "both"});
  expect_golden("segment/v2.seg", make_segment({.packs = {{a.pack_id, a.entries}, {b.pack_id, b.entries}},
                                                .readers = {},
                                                .segments = {}}));
}

TEST_F(SegmentTest, OfTheFirstVersionIsReadStill) {
  const auto segment = Segment::from_bytes(read_golden("segment/v1.seg"));
  segment->verify();
  EXPECT_EQ(segment->entry_count(), 3U);
  for (const std::string content : {"one", "two", "both"})
    EXPECT_TRUE(segment->find(ObjectId::of(content))) << content;
  EXPECT_FALSE(segment->find(ObjectId::of("absent")));
  // And merged into one of the second.
  const auto merged = Segment::from_bytes(make_segment({.packs = {}, .readers = {}, .segments = {segment}}));
  EXPECT_EQ(merged->entry_count(), 3U);
}

TEST_F(SegmentTest, FindsEveryEntryOfItsPacks) {
  std::vector<std::string> contents;
  for (int i = 0; i < 3000; ++i) contents.push_back(std::to_string(i));
  write("a", {contents.begin(), contents.begin() + 1000});
  write("b", {contents.begin() + 1000, contents.end()});
  const auto segment = Segment::from_bytes(make_segment(
      {.packs = {}, .readers = {PackReader::open(path("a")), PackReader::open(path("b"))}, .segments = {}}));
  EXPECT_EQ(segment->entry_count(), 3000U);
  segment->verify();
  for (const std::string& content : contents) ASSERT_TRUE(segment->find(ObjectId::of(content))) << content;
  EXPECT_FALSE(segment->find(ObjectId::of("absent")));
  EXPECT_FALSE(segment->find(ObjectId()));
}

TEST_F(SegmentTest, MergesWithOlderOnesAndKeepsADoubleOnce) {
  const SealedPack a = write("a", {"one", "both"}), b = write("b", {"two", "both"});
  const auto older =
      Segment::from_bytes(make_segment({.packs = {{a.pack_id, a.entries}}, .readers = {}, .segments = {}}));
  const auto merged = Segment::from_bytes(
      make_segment({.packs = {{b.pack_id, b.entries}}, .readers = {}, .segments = {older}}));
  EXPECT_EQ(merged->entry_count(), 3U);
  EXPECT_EQ(merged->packs().size(), 2U);
  EXPECT_EQ(merged->find(ObjectId::of("both"))->pack_id, std::min(a.pack_id, b.pack_id));
  EXPECT_EQ(merged->find(ObjectId::of("two"))->pack_id, b.pack_id);
}

TEST_F(SegmentTest, VerifyNoticesEveryFlippedByte) {
  const SealedPack a = write("a", {"one", "two", "three"});
  const std::string good = make_segment({.packs = {{a.pack_id, a.entries}}, .readers = {}, .segments = {}});
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_THROW(Segment::from_bytes(damaged)->verify(), Error) << at;
  }
}

}  // namespace
}  // namespace dvx
