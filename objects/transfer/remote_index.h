// The index of a remote: the segments under its `index/`, which say what the remote holds. They never change,
// so copies of them are kept in a local directory.
//
// A segment is on the remote only after the packs that it describes, and a recipe only after its chunks.
// Therefore an id that is found here can be read from the remote. find() and publish() may be called from any
// thread.
#pragma once

#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "objects/backend/backend.h"
#include "objects/pack/segment.h"

namespace dvx {

class RemoteIndex {
 public:
  // Reads the format file and the index of the remote. `cache` is a directory for this remote alone, and it
  // is made when absent. A place with nothing in it counts as an empty remote. Throws Error{Config} for a
  // remote that is newer than this dvx.
  RemoteIndex(Backend& backend, std::string cache);

  Backend& backend() const { return backend_; }
  // Says whether the place is a remote yet, which means that something has been pushed to it.
  bool exists() const { return exists_; }
  std::optional<SegmentHit> find(const ObjectId& id) const;

  // Writes dvx-remote.json unless it exists. Call it before anything else is written.
  void create();
  // Tells the remote about a pack that it durably holds.
  void publish(const SegmentInputs::Pack& pack);
  // Replaces many small segments by one. The old segments are removed only after the new one is there. A
  // reader that still had their names lists the index again.
  void merge_small_segments();

 private:
  struct Entry {
    std::string name;  // on the remote
    std::uint64_t size = 0;
    std::shared_ptr<const Segment> segment;
  };

  void load();
  // Returns false when a segment disappeared between listing and reading.
  bool load_listed();
  std::string cache_path(const std::string& name) const;
  void drop_unlisted_from_cache() const;
  std::vector<Entry> worth_merging() const;

  Backend& backend_;
  std::string cache_;
  bool exists_ = false;
  mutable std::shared_mutex mutex_;
  // Sorted by name as loaded, followed by those published since.
  std::vector<Entry> entries_;
};

// Returns the directory where a store keeps what it knows about the remote at `url`: "<store>/remotes/<hash
// of the url>".
std::string remote_cache_directory(const std::string& store_directory, const std::string& url);

}  // namespace dvx
