// Reads a big file ahead of its consumer, in large aligned blocks from a shared set of buffers. Data that is
// in the page cache is read from there. Other data is read with direct I/O, because filling the cache costs
// more time than the disk does.
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

// A buffer with free space in front, where the unused rest of the block before can be placed.
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
  void prepend(std::span<const std::byte> bytes);  // at most kRoom bytes
  std::span<const std::byte> bytes() const { return {memory_ + begin_, end_ - begin_}; }

 private:
  std::byte* memory_;
  std::size_t begin_ = kRoom, end_ = kRoom;
};

// A fixed number of blocks. A block returns to the pool when its last owner releases it. The pool must
// outlive all blocks. It is thread-safe.
class BlockPool {
 public:
  explicit BlockPool(std::size_t count) : count_(count) {}
  // Waits for a free block. The pointer is shared because the reader, the cutter and the encoders may all
  // hold the block.
  std::shared_ptr<Block> acquire();

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t count_, made_ = 0;
  std::vector<std::unique_ptr<Block>> free_;
};

class BlockReader {
 public:
  // Reads `fd` from its start. `fd` must stay open as long as this object lives.
  BlockReader(int fd, std::string path, BlockPool& pool);
  ~BlockReader();
  // Returns the next block, or null at the end. Throws the exception that reading threw.
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
  // Used by the thread, or by the caller when there is no thread.
  std::uint64_t offset_ = 0;
  std::deque<std::shared_ptr<Block>> ready_;  // null marks the end
  std::exception_ptr failure_;
  bool stopping_ = false;
  // This is the last member, so the thread is joined before the other members are destroyed.
  std::jthread thread_;
};

}  // namespace dvx
