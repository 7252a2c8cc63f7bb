// The local object store: packs and whole-file objects under one directory, and an index that can be thrown
// away.
//
// Readers take no lock and may run in any thread; writers go through an Ingest. What a read gives was hashed
// and compared with its id. Several processes and clones may share one store.
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

// How new objects are kept. Reading understands both whatever is set.
enum class Encoding : std::uint8_t { Packed, Whole };

struct ObjectInfo {
  std::uint64_t size = 0;  // bytes of content
  Encoding encoding = Encoding::Packed;
};

// An entry in the store's `users/`, so that a garbage collection knows whose roots to look at. What it says
// is not this layer's business.
struct StoreUserEntry {
  std::string name;  // of the file; "" is nobody
  std::string text;
};

struct StoreOptions {
  Encoding encoding = Encoding::Packed;
  StoreUserEntry user = {};  // entered when the store is opened, or made
};

class ObjectStore {
 public:
  // Opens the store at `directory`, which is created when absent. Config for a format that is newer than this
  // dvx.
  static std::unique_ptr<ObjectStore> open(const std::string& directory, StoreOptions options = {});
  ~ObjectStore();

  const std::string& directory() const;

  bool contains(const ObjectId& id) const;
  std::optional<ObjectInfo> find(const ObjectId& id) const;
  // Those of `ids` that are not here, in the order given, each once.
  std::vector<ObjectId> missing(std::span<const ObjectId> ids) const;

  // What lies in the trash counts as absent to none of these: it is brought back when it is asked for.
  //
  // Whole content in pieces. NotFound when absent; Corruption when the bytes do not hash to `id` — thrown
  // before the last piece is given, but earlier pieces have been: write to a temp file and rename.
  void read(const ObjectId& id, Sink& sink) const;
  std::string read_bytes(const ObjectId& id, std::uint64_t limit = std::uint64_t{1} << 30) const;
  // Corruption also for a tree that contradicts those above it, and for trees that stand for absurdly many
  // entries (tree_watch.h): walks over what this gives come to an end.
  Tree read_tree(const ObjectId& id) const;
  // Path of the read-only file when the object is stored whole, to be reflinked or linked.
  std::optional<std::string> whole_file(const ObjectId& id) const;

  // For who relies on what the store has: nothing of it is moved away while the lock lives. Take it before
  // the first look and keep it until what was found is named durably (objects/store/store_use.h). nullopt
  // when there is no store, or none that may be written to.
  std::optional<FileLock> hold() const;

  // Small things (trees, logs, run records): durable when it returns.
  ObjectId put(std::string_view bytes);
  std::unique_ptr<Ingest> begin_ingest(const IngestOptions& options);

  // The tree `id` and all trees below it, with every object they need: visit(path, entry).
  // Used by push, checkout, ls and gc. NotFound or Corruption as read().
  void walk_tree(const ObjectId& id,
                 const std::function<void(const std::string& path, const TreeEntry&)>& visit) const;

  struct Impl;  // shared with the parts of store/ that read packs directly: fsck, transfer
  Impl& impl() const { return *impl_; }

 private:
  explicit ObjectStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dvx
