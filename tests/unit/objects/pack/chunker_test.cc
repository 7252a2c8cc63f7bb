#include "objects/pack/chunker.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "base/stream.h"
#include "objects/model/object_id.h"
#include "tests/support/sample_bytes.h"

namespace dvx {
namespace {

std::vector<std::string> chunks_of(const std::string& content) {
  std::vector<std::string> chunks;
  for (std::size_t at = 0; at < content.size(); at += chunks.back().size()) {
    chunks.push_back(content.substr(at, next_chunk(as_bytes(std::string_view(content).substr(at)))));
  }
  return chunks;
}

std::size_t new_chunks(const std::string& before, const std::string& after) {
  const std::vector<std::string> old = chunks_of(before);
  const std::set<std::string> known(old.begin(), old.end());
  std::size_t count = 0;
  for (const std::string& chunk : chunks_of(after)) count += known.contains(chunk) ? 0U : 1U;
  return count;
}

TEST(Chunker, KeepsEveryChunkButTheLastWithinBounds) {
  const std::vector<std::string> chunks = chunks_of(random_bytes(20'000'000));
  for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
    EXPECT_GE(chunks[i].size(), kMinChunk);
    EXPECT_LE(chunks[i].size(), kMaxChunk);
  }
  const double mean = 20e6 / static_cast<double>(chunks.size());
  EXPECT_GT(mean, 0.8 * kMeanChunk);
  EXPECT_LT(mean, 1.4 * kMeanChunk);
}

TEST(Chunker, LeavesSmallContentWhole) {
  EXPECT_EQ(chunks_of(random_bytes(kMinChunk)).size(), 1U);
  EXPECT_EQ(next_chunk({}), 0U);
}

TEST(Chunker, CutsUniformContentAtTheMaximum) {
  const std::vector<std::string> chunks = chunks_of(std::string(1'000'000, 'a'));
  EXPECT_EQ(chunks[0].size(), kMaxChunk);
}

TEST(Chunker, MovesFewCutsForAnInsertedByte) {
  const std::string before = random_bytes(8'000'000);
  std::string after = before;
  after.insert(4'000'000, "x");
  EXPECT_LE(new_chunks(before, after), 3U);
}

TEST(Chunker, MovesFewCutsForADeletedRange) {
  const std::string before = table_bytes(8'000'000);
  std::string after = before;
  after.erase(1'000'000, 5'000);
  EXPECT_LE(new_chunks(before, after), 3U);
}

// Where cuts are decides what two versions of dvx share: a change here costs every user their deduplication.
TEST(Chunker, CutsWhereItAlwaysDid) {
  Hasher hasher;
  for (const std::string& chunk : chunks_of(random_bytes(3'000'000, 7)))
    hasher.update(std::to_string(chunk.size()) + "\n");
  EXPECT_EQ(hasher.finish().short_hex(), "bef533468dd0");
}

}  // namespace
}  // namespace dvx
