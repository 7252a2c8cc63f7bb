#include "base/sparse_sink.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

struct Written {
  std::string bytes;
  std::uint64_t allocated;  // bytes
};

// `text` as a sink gets it, `piece` bytes at a time.
Written write_sparsely(const std::string& text, std::size_t piece) {
  const TemporaryDirectory place(testing::TempDir(), "sparse");
  const std::string path = join_path(place.path(), "file");
  const UniqueFd fd = open_file(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
  SparseSink sink(fd.get(), path);
  for (std::size_t at = 0; at < text.size(); at += piece) {
    sink.write(as_bytes(text).subspan(at, std::min(piece, text.size() - at)));
  }
  sink.finish();
  struct ::stat st {};
  ::fstat(fd.get(), &st);
  return {read_file(path), static_cast<std::uint64_t>(st.st_blocks) * 512};
}

constexpr std::size_t kMegabyte = 1 << 20;

TEST(SparseSink, WritesTheSameBytesWhateverThePieces) {
  const std::string text = "front" + std::string(kMegabyte, '\0') + "middle" + std::string(100'000, '\0') +
                           std::string(70'000, 'x') + std::string(kMegabyte + 1, '\0');
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{65536}, std::size_t{100'000}, text.size()}) {
    EXPECT_EQ(write_sparsely(text, piece).bytes, text) << piece;
  }
}

TEST(SparseSink, LeavesHolesWhateverThePieces) {
  const std::string text = "front" + std::string(4 * kMegabyte, '\0') + "end";
  for (const std::size_t piece : {std::size_t{10'000}, std::size_t{262'144}, text.size()}) {
    EXPECT_LT(write_sparsely(text, piece).allocated, kMegabyte) << piece;
  }
}

TEST(SparseSink, KeepsTheLengthOfWhatEndsInZeros) {
  EXPECT_EQ(write_sparsely(std::string(kMegabyte, '\0'), kMegabyte).bytes.size(), kMegabyte);
  EXPECT_EQ(write_sparsely("", 1).bytes, "");
  EXPECT_EQ(write_sparsely(std::string(1, '\0'), 1).bytes, std::string(1, '\0'));
}

}  // namespace
}  // namespace dvx
