// The internals of ObjectStore, which only the files of objects/store/ may include.
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

// A limited number of packs that are open for reading. It is thread-safe.
class OpenPacks {
 public:
  explicit OpenPacks(std::string directory) : directory_(std::move(directory)) {}
  // Throws Error{NotFound} or Error{Corruption}.
  std::shared_ptr<const PackReader> open(const ObjectId& id);
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
  // Makes the directories and `format` at the first write.
  void ensure_layout();
  void enter_user() const;
  void note_links() const;

  // Looks in what this process knows. The ingest uses it, since storing an object twice does no harm.
  bool probably_has(const ObjectId& id) const;
  bool has_whole(const ObjectId& id) const;
  // Says whether `id`, which is not in the store, was in the trash and has been brought back.
  bool bring_back(const ObjectId& id) const;
  // Also looks for packs that were added or removed since, and in the trash.
  std::optional<SegmentHit> find_frame(const ObjectId& id) const;
  std::uint64_t size_of(const SegmentHit& hit) const;
  // Calls use(pack, entry) for the pack of `hit`. When the pack is gone, it first looks for the frame again.
  void with_pack(const ObjectId& id, SegmentHit hit,
                 const std::function<void(const PackReader&, const PackEntry&)>& use) const;
  // Gives the raw bytes of a chunk, or the chunks of a recipe one after the other. The whole content is
  // verified.
  void read_frames(const ObjectId& id, const SegmentHit& hit, Sink& sink) const;
  // Throws Error{NotFound}.
  void read_whole(const ObjectId& id, Sink& sink) const;

  std::string directory;
  // Guards `directory`: no path in a store goes through a link.
  DirectoryGuard guard;
  StoreOptions options;
  SharedWith shared = SharedWith::Nobody;  // how the store is to be shared; see store_access.h
  bool linked = false;                     // work trees link to its whole files; see shared_files.h
  ChunkIndex index;
  mutable OpenPacks open_packs;
  Trash trash;
  mutable TreeWatch tree_watch;
  // A garbage collection sets this while it has the store to itself, so that it does not wait for itself.
  std::atomic<bool> claimed{false};
  std::once_flag layout_made;
};

}  // namespace dvx
