// An ingest is one writing session of the store. Many files are added in parallel, and they become durable
// and visible together.
//
// A pool of threads reads, cuts, hashes and compresses; one writer appends to packs. Memory is bounded,
// whatever the size and number of the files. Nothing is visible to readers before finish(), and without it
// nothing changes. The source files are only read.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "objects/model/object_id.h"

struct stat;

namespace dvx {

enum class IngestMode : std::uint8_t {
  // Hashes the files and keeps them.
  Store,
  // Only hashes, for status and for dependencies that git keeps.
  HashOnly,
};

struct IngestOptions {
  IngestMode mode = IngestMode::Store;
  // 0 means one for each processor.
  std::size_t threads = 0;
  // Gets advance() for each file; it may be null.
  Progress* progress = nullptr;
  bool stops_when_interrupted = true;
};

// The result of fstat on the descriptor that was read, taken before the first byte and again after the last.
// When the two differ, the file changed while it was read, and the result carries an error.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  std::uint32_t mode = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp stamp_of(const struct ::stat& st);

struct IngestResult {
  // The value that was given to add_file.
  std::uint64_t token = 0;
  ObjectId id;
  std::uint64_t size = 0;
  FileStamp stamp;
  // The file is unreadable, is not a regular file, or changed while it was read.
  std::optional<Error> error;
};

class Ingest {
 public:
  virtual ~Ingest() = default;
  // Queues a regular file, which is opened without following a final symlink. Blocks while the queue is full.
  // The files of one directory should be added one after the other. Call it from one thread.
  virtual void add_file(std::string path, std::uint64_t size_hint, std::uint64_t token) = 0;
  // Adds bytes in memory: trees, link targets and logs.
  virtual ObjectId add_bytes(std::string_view bytes) = 0;
  // Waits for everything queued so far and returns its results, sorted by token. It may be called several
  // times.
  virtual std::vector<IngestResult> collect() = 0;
  // Waits, and makes everything durable and visible in the order of docs/formats/store.md. An Error of the
  // disk (full, hardware) is thrown here or earlier, and then nothing of this session is visible.
  virtual void finish() = 0;
};

}  // namespace dvx
