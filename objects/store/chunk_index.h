// The chunk index knows where each frame of a store is. It consists of mapped segments under `index/` and of
// the indexes of "loose" packs, which no segment covers yet. All files in `index/` may be deleted; they are
// rebuilt from the packs.
//
// Any thread may look ids up; a lookup takes a lock only to copy one pointer. A process that finds too many
// loose packs writes a segment under a kernel lock. When it cannot get the lock or may not write, it keeps
// the segment in memory.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "objects/pack/pack_reader.h"
#include "objects/pack/segment.h"

namespace dvx {

class FrameNumbers;

class ChunkIndex {
 public:
  explicit ChunkIndex(std::string store_directory);
  ~ChunkIndex();

  // Looks in what this process knows now, without checking the disk.
  std::optional<SegmentHit> find(const ObjectId& id) const;
  // Checks whether packs were added or removed since the last load, and loads again if so. Returns true when
  // the set of packs changed.
  bool refresh() const;
  // Loads everything again, for example because a known pack has disappeared.
  void reload() const;
  // Adds packs that this process has just published.
  void add(const std::vector<std::shared_ptr<const PackReader>>& packs);

  // Does the same as refresh(), but does nothing when the index was never loaded.
  void catch_up() const;
  // Removes the segments that name a missing pack and loads everything again. This is for use after packs
  // were moved away, because such segments cannot be used.
  void drop_stale_segments() const;
  // Numbers everything that is known now.
  FrameNumbers numbers() const;

  // Returns the ids of all packs, sorted.
  std::vector<ObjectId> packs() const;
  // Returns the file names of the packs that could not be opened.
  std::vector<std::string> damaged_packs() const;

 private:
  struct Snapshot;
  std::shared_ptr<const Snapshot> current() const;
  std::shared_ptr<const Snapshot> load() const;
  std::shared_ptr<const Snapshot> load_once() const;
  void absorb_loose(Snapshot& snapshot) const;
  std::shared_ptr<const Segment> write_merged(const SegmentInputs& inputs, std::string& name) const;

  std::string directory_;
  // Allows one change of the snapshot at a time. It is taken before mutex_.
  mutable std::mutex change_;
  mutable std::mutex mutex_;  // guards snapshot_
  mutable std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace dvx
