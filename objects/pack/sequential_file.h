// Writes a new file from front to back. A separate thread makes large aligned writes from two reused buffers.
// The writes bypass the page cache (direct I/O) where the file system supports it. A file that fits into one
// buffer never starts the thread.
//
// It is not thread-safe. When it is destroyed before finish(), it removes the file.
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
  // Creates the file, which must not exist.
  explicit SequentialFile(std::string path);
  SequentialFile(const SequentialFile&) = delete;
  SequentialFile& operator=(const SequentialFile&) = delete;
  ~SequentialFile();

  // Appends the bytes. An Error of an earlier write is thrown here or by finish().
  void append(std::span<const std::byte> bytes);
  std::uint64_t size() const;
  // Writes the rest, so that all bytes are in the file.
  void finish(Durability durability = Durability::Synced);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace dvx
