// What a remote holds: the segments under its `index/`, kept in a directory of this machine because they
// never change.
//
// A segment is on the remote only after the packs that it speaks of, and a recipe only after its chunks; so
// an id that is found here can be read there. find() and publish() may be called from any thread.
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
  // Reads the remote's format and index. `cache` is a directory that is made when absent, one for each
  // remote. A place with nothing in it is a remote with nothing in it. Config for a remote newer than this
  // dvx.
  RemoteIndex(Backend& backend, std::string cache);

  Backend& backend() const { return backend_; }
  bool exists() const { return exists_; }  // as a remote: something has been pushed to it
  std::optional<SegmentHit> find(const ObjectId& id) const;

  // Writes dvx-remote.json unless it is there. Before anything else is written.
  void create();
  // Tells the remote of a pack that it durably has.
  void publish(const SegmentInputs::Pack& pack);
  // Replaces many small segments by one. The old ones go after the new one is there; a reader that still had
  // their names lists again.
  void merge_small_segments();

 private:
  struct Entry {
    std::string name;  // on the remote
    std::uint64_t size = 0;
    std::shared_ptr<const Segment> segment;
  };

  void load();
  bool load_listed();  // false: a segment vanished between being listed and read
  std::string cache_path(const std::string& name) const;
  void drop_unlisted_from_cache() const;
  std::vector<Entry> worth_merging() const;

  Backend& backend_;
  std::string cache_;
  bool exists_ = false;
  mutable std::shared_mutex mutex_;
  std::vector<Entry> entries_;  // sorted by name as loaded, then as published
};

// Where a store keeps what it knows about the remote at `url`: "<store>/remotes/<hash of the url>".
std::string remote_cache_directory(const std::string& store_directory, const std::string& url);

}  // namespace dvx
