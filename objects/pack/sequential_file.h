// A new file written front to back: large aligned writes from reused buffers by a thread of its own, past the
// page cache where the file system can (direct I/O), plainly where it cannot. Small files never start the
// thread.
//
// Not thread-safe. Dropped before finish(), the file is removed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/file.h"

namespace dvx {

class SequentialFile {
 public:
  explicit SequentialFile(std::string path);  // created; must not exist
  SequentialFile(const SequentialFile&) = delete;
  SequentialFile& operator=(const SequentialFile&) = delete;
  ~SequentialFile();

  void append(
      std::span<const std::byte> bytes);  // an Error of an earlier write may come here or from finish()
  std::uint64_t size() const;
  void finish(Durability durability = Durability::Synced);  // all bytes are in the file

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx
