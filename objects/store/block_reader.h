// Reads a big file ahead of whoever works on it, in large aligned blocks from a shared set of buffers: from
// the page cache what is there, past it (direct I/O) what is not, since filling the cache costs more than the
// disk does.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "objects/pack/chunker.h"

namespace dvx {

// A buffer with room in front for what was left of the block before it.
class Block {
 public:
  static constexpr std::size_t kRoom = kMaxChunk;
  static constexpr std::size_t kSize = std::size_t{2} << 20;

  Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block();

  std::span<std::byte> body() { return {memory_ + kRoom, kSize}; }  // aligned for direct I/O
  void set_length(std::size_t length) { begin_ = kRoom, end_ = kRoom + length; }
  void prepend(std::span<const std::byte> bytes);  // at most kRoom of them
  std::span<const std::byte> bytes() const { return {memory_ + begin_, end_ - begin_}; }

 private:
  std::byte* memory_;
  std::size_t begin_ = kRoom, end_ = kRoom;
};

// A fixed number of blocks; a block returns when its last owner lets go. Outlives them all. Thread-safe.
class BlockPool {
 public:
  explicit BlockPool(std::size_t count) : count_(count) {}
  // Waits for a free one. Several tasks may share it (that is why it is shared): reader, cutter, encoders.
  std::shared_ptr<Block> acquire();

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t count_, made_ = 0;
  std::vector<std::unique_ptr<Block>> free_;
};

class BlockReader {
 public:
  // `fd` is read from its start, and stays open as long as this lives.
  BlockReader(int fd, std::string path, BlockPool& pool);
  ~BlockReader();
  // The next block, or null at the end. Throws what reading threw.
  std::shared_ptr<Block> next();

 private:
  void run();
  std::shared_ptr<Block> read_next();
  std::size_t read_block(std::uint64_t offset, std::span<std::byte> out);
  std::size_t read_plainly(int fd, std::uint64_t offset, std::span<std::byte> out);

  int fd_;
  std::string path_;
  BlockPool& pool_;
  UniqueFd direct_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t offset_ = 0;                  // the thread's, or the caller's without one
  std::deque<std::shared_ptr<Block>> ready_;  // null marks the end
  std::exception_ptr failure_;
  bool stopping_ = false;
  std::jthread thread_;  // last: joined before the rest goes
};

}  // namespace dvx
