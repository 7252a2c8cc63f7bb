// Computes the SHA-256 of a long stream in a separate thread, while the caller reads and writes. When no
// thread can be started, the caller computes it.
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

  // Copies the bytes. Blocks while the hashing is several blocks behind.
  void update(std::span<const std::byte> bytes);
  // Returns the id of all bytes. Nothing may be added afterwards.
  ObjectId finish();

 private:
  using Block = std::vector<std::byte>;

  void work();
  void hand_over();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> full_, empty_;  // guarded by mutex_, as are the next two
  bool ended_ = false, dropped_ = false;
  // The block that the caller is filling.
  Block current_;
  // Only the thread uses this until it is joined.
  Hasher hasher_;
  std::jthread thread_;
};

}  // namespace dvx
