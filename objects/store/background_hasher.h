// SHA-256 of a long stream, computed by a thread of its own while the caller reads and writes, or by the
// caller where no thread can be had.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "objects/model/object_id.h"

namespace dvx {

class BackgroundHasher {
 public:
  BackgroundHasher();
  BackgroundHasher(const BackgroundHasher&) = delete;
  BackgroundHasher& operator=(const BackgroundHasher&) = delete;
  ~BackgroundHasher();

  // Copies the bytes; waits while the hashing is several blocks behind.
  void update(std::span<const std::byte> bytes);
  // The id of all bytes; nothing may follow.
  ObjectId finish();

 private:
  using Block = std::vector<std::byte>;

  void work();
  void hand_over();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> full_, empty_;  // under mutex_, as the two below
  bool ended_ = false, dropped_ = false;
  Block current_;  // the caller's, being filled
  Hasher hasher_;  // the thread's until it is joined
  std::jthread thread_;
};

}  // namespace dvx
