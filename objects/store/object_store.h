// The local object store: packs and whole-file objects under one directory, and an index that can be deleted
// and rebuilt.
//
// Readers take no lock and may run in any thread; writers use an Ingest. Everything that a read returns was
// hashed and compared with its id. Several processes and clones may share one store.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_lock.h"
#include "base/stream.h"
#include "objects/model/object_id.h"
#include "objects/model/tree.h"

namespace dvx {

class Ingest;
struct IngestOptions;

// How new objects are stored. Reading works for both, whatever is set here.
enum class Encoding : std::uint8_t { Packed, Whole };

struct ObjectInfo {
  std::uint64_t size = 0;  // bytes of content
  Encoding encoding = Encoding::Packed;
};

// An entry in `users/` of the store, which tells a garbage collection whose roots it must look at. The store
// does not interpret the text.
struct StoreUserEntry {
  // The name of the file; "" means no entry.
  std::string name;
  std::string text;
};

struct StoreOptions {
  Encoding encoding = Encoding::Packed;
  // Entered when the store is opened, or when it is made.
  StoreUserEntry user = {};
};

class ObjectStore {
 public:
  // Opens the store at `directory`, which is created on the first write when it is absent. Throws
  // Error{Config} for a format that is newer than this dvx.
  static std::unique_ptr<ObjectStore> open(const std::string& directory, StoreOptions options = {});
  ~ObjectStore();

  const std::string& directory() const;

  bool contains(const ObjectId& id) const;
  std::optional<ObjectInfo> find(const ObjectId& id) const;
  // Returns those of `ids` that are absent, in the order given, each once.
  std::vector<ObjectId> missing(std::span<const ObjectId> ids) const;

  // Objects in the trash are not absent: each of these functions brings the object back when it is asked for.
  //
  // read() gives the whole content in pieces. It throws Error{NotFound} when the object is absent, and
  // Error{Corruption} when the bytes do not hash to `id`. The latter is thrown before the last piece is
  // given, but earlier pieces have been given by then, so write to a temporary file and rename it.
  void read(const ObjectId& id, Sink& sink) const;
  std::string read_bytes(const ObjectId& id, std::uint64_t limit = std::uint64_t{1} << 30) const;
  // Also throws Error{Corruption} for a tree that contradicts the trees above it, and for trees that stand
  // for absurdly many entries (tree_watch.h). A walk over these trees therefore ends.
  Tree read_tree(const ObjectId& id) const;
  // Returns the path of the read-only file when the object is stored as a whole file, so that it can be
  // cloned or linked.
  std::optional<std::string> whole_file(const ObjectId& id) const;

  // Returns a lock for callers that rely on what the store has: nothing is moved out of the store while the
  // lock lives. Take it before the first lookup, and keep it until a durable file names what was found
  // (objects/store/store_use.h). Returns nullopt when there is no store, or none that this user may write to.
  std::optional<FileLock> hold() const;

  // Stores small objects (trees, logs, run records). The object is durable when the function returns.
  ObjectId put(std::string_view bytes);
  std::unique_ptr<Ingest> begin_ingest(const IngestOptions& options);

  // Visits the tree `id` and all trees below it with every object that they need, as visit(path, entry).
  // Push, checkout, ls and gc use it. Throws Error{NotFound} or Error{Corruption} as read() does.
  void walk_tree(const ObjectId& id,
                 const std::function<void(const std::string& path, const TreeEntry&)>& visit) const;

  // The parts of store/ that read packs directly, such as fsck and transfer, use this too.
  struct Impl;
  Impl& impl() const { return *impl_; }

 private:
  explicit ObjectStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dvx
