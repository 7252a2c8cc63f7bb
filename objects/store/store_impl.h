// The inside of ObjectStore, for the parts of objects/store/ alone.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/beneath.h"
#include "base/sharing.h"
#include "objects/pack/pack_reader.h"
#include "objects/store/chunk_index.h"
#include "objects/store/object_store.h"
#include "objects/store/trash.h"
#include "objects/store/tree_watch.h"

namespace dvx {

// Packs opened for reading, up to a number of them. Thread-safe.
class OpenPacks {
 public:
  explicit OpenPacks(std::string directory) : directory_(std::move(directory)) {}
  std::shared_ptr<const PackReader> open(const ObjectId& id);  // NotFound, Corruption
  void forget();

 private:
  std::string directory_;
  std::mutex mutex_;
  std::map<ObjectId, std::shared_ptr<const PackReader>> packs_;
};

struct ObjectStore::Impl {
  Impl(std::string store_directory, StoreOptions store_options);

  std::string path(std::string_view name) const;
  std::string pack_path(const ObjectId& pack_id) const;
  std::string whole_path(const ObjectId& id) const;
  void ensure_layout();  // directories and `format`, at the first write
  void enter_user() const;
  void note_links() const;

  // What this process knows; the ingest asks this, since storing something twice does no harm.
  bool probably_has(const ObjectId& id) const;
  bool has_whole(const ObjectId& id) const;
  // Whether `id`, which is not here, was in the trash and is here now.
  bool bring_back(const ObjectId& id) const;
  // Looks again when packs came or went since, and into the trash.
  std::optional<SegmentHit> find_frame(const ObjectId& id) const;
  std::uint64_t size_of(const SegmentHit& hit) const;
  // Calls read(pack) for the pack of `hit`, looking for the frame anew when the pack is gone.
  void with_pack(const ObjectId& id, SegmentHit hit,
                 const std::function<void(const PackReader&, const PackEntry&)>& use) const;
  // Gives the raw bytes of a chunk, or the chunks of a recipe one by one. Verified in whole.
  void read_frames(const ObjectId& id, const SegmentHit& hit, Sink& sink) const;
  void read_whole(const ObjectId& id, Sink& sink) const;  // NotFound

  std::string directory;
  DirectoryGuard guard;  // of `directory`: nothing in a store is reached through a link
  StoreOptions options;
  SharedWith shared = SharedWith::Nobody;  // what the store is to be: see store_access.h
  bool linked = false;                     // work trees link to its whole files: see shared_files.h
  ChunkIndex index;
  mutable OpenPacks open_packs;
  Trash trash;
  mutable TreeWatch tree_watch;
  // Set by a garbage collection while it has the store to itself: it must not wait for itself.
  std::atomic<bool> claimed{false};
  std::once_flag layout_made;
};

}  // namespace dvx
