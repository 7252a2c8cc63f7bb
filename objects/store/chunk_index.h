// Where each frame of a store is: mapped segments under `index/`, and the indexes of the packs that no
// segment covers yet ("loose"). Everything in `index/` can be thrown away; it is rebuilt from the packs.
//
// Lookups take no lock beyond copying a pointer and may come from any thread. Segments are written under a
// kernel lock, by whoever finds too many loose packs; who cannot get it, or may not write, goes on without.
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

  // As far as is known to this process.
  std::optional<SegmentHit> find(const ObjectId& id) const;
  // Looks whether packs came or went since. True when something did.
  bool refresh() const;
  // Reads everything anew: a pack that was known is gone.
  void reload() const;
  // Packs that were just published by this process.
  void add(const std::vector<std::shared_ptr<const PackReader>>& packs);

  // As refresh(), but what was never looked at is not looked at now.
  void catch_up() const;
  // Removes the segments that name a pack which is gone, and reads everything anew: after packs were moved
  // away. They would only be in the way.
  void drop_stale_segments() const;
  // Everything that is known now, numbered.
  FrameNumbers numbers() const;

  std::vector<ObjectId> packs() const;             // all, sorted
  std::vector<std::string> damaged_packs() const;  // file names of those that could not be opened

 private:
  struct Snapshot;
  std::shared_ptr<const Snapshot> current() const;
  std::shared_ptr<const Snapshot> load() const;
  std::shared_ptr<const Snapshot> load_once() const;
  void absorb_loose(Snapshot& snapshot) const;
  std::shared_ptr<const Segment> write_merged(const SegmentInputs& inputs, std::string& name) const;

  std::string directory_;
  mutable std::mutex change_;  // one change of the snapshot at a time; taken before mutex_
  mutable std::mutex mutex_;   // of snapshot_
  mutable std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace dvx
