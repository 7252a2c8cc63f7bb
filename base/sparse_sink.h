// Writes a new, empty file and skips runs of zeros, so that a sparse file stays sparse. It looks at pieces
// that end at a block boundary or at the end of the bytes given, and skips a piece that is all zero. The file
// system keeps holes of whole pages. `path` is used in messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "base/stream.h"

namespace dvx {

class SparseSink final : public Sink {
 public:
  SparseSink(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  void write(std::span<const std::byte> bytes) override;
  // Sets the length of the file, which is needed when it ends in a hole.
  void finish();

 private:
  static constexpr std::size_t kBlock = 64 * 1024;  // bytes

  void put(std::span<const std::byte> bytes);

  int fd_;
  std::string path_;
  // The number of bytes written or skipped so far, which is also the offset of the descriptor.
  std::uint64_t size_ = 0;
  bool ends_in_hole_ = false;
};

}  // namespace dvx
