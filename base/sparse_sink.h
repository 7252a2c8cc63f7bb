// Writes a new, empty file and leaves out what is zero for a block or as far as a piece goes, so that a
// sparse file comes back sparse: the file system keeps holes of whole pages. `path` is for messages.
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
  void finish();  // gives the file its length, for one that ends in a hole

 private:
  static constexpr std::size_t kBlock = 64 * 1024;  // bytes

  void put(std::span<const std::byte> bytes);

  int fd_;
  std::string path_;
  std::uint64_t size_ = 0;  // written or left out; the descriptor's offset
  bool ends_in_hole_ = false;
};

}  // namespace dvx
