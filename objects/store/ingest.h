// One writing session of the store: many files go in, in parallel, and become visible together and durable.
//
// A pool of threads reads, cuts, hashes and compresses; one writer appends to packs. Memory is bounded
// whatever the size and number of files. Nothing is visible to readers before finish(); dropped without it,
// nothing happened. The source files are only read.
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
  Store,     // hash and keep
  HashOnly,  // hash alone, for status and for dependencies that git keeps
};

struct IngestOptions {
  IngestMode mode = IngestMode::Store;
  std::size_t threads = 0;       // 0: as many as processors
  Progress* progress = nullptr;  // gets advance() per file; may be null
  bool stops_when_interrupted = true;
};

// What fstat said of the very descriptor that was read, before the first and after the last byte. When they
// differ the file changed while it was read, and the result carries an error.
struct FileStamp {
  std::uint64_t device = 0, inode = 0, size = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  std::uint32_t mode = 0;

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

FileStamp stamp_of(const struct ::stat& st);

struct IngestResult {
  std::uint64_t token = 0;  // as given to add_file
  ObjectId id;
  std::uint64_t size = 0;
  FileStamp stamp;
  std::optional<Error> error;  // unreadable, not a regular file, changed while it was read
};

class Ingest {
 public:
  virtual ~Ingest() = default;
  // Queues a regular file, opened without following a final symlink; blocks while the queue is full. Files of
  // one directory should come one after the other. Call from one thread.
  virtual void add_file(std::string path, std::uint64_t size_hint, std::uint64_t token) = 0;
  // Bytes that are at hand: trees, link targets, logs.
  virtual ObjectId add_bytes(std::string_view bytes) = 0;
  // Waits for what was queued so far and hands out its results, sorted by token. May be called several times.
  virtual std::vector<IngestResult> collect() = 0;
  // Waits, makes everything durable and visible (docs/formats/store.md gives the order). An Error of the disk
  // (full, hardware) is thrown here or earlier, and then nothing of this session is visible.
  virtual void finish() = 0;
};

}  // namespace dvx
