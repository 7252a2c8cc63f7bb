// What a garbage collection moved away, until it is purged: `trash/<when>/` beside the packs, on the same
// file system, so that moving either way is a rename and needs no space.
//
// What is wanted again is brought back as it went: the pack that has it, and every pack with chunks that a
// recipe in it needs, so that a recipe found still means a file that can be read. Any thread may ask.
// Throws Io for a directory that cannot be read; a batch that vanishes meanwhile is as good as empty.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "objects/pack/frame.h"
#include "objects/pack/pack_reader.h"

namespace dvx {

// A batch while it is filled. The directory is made with the first file.
class TrashBatch {
 public:
  TrashBatch(std::string store_directory, std::string name);
  // `file` is a path in the store. False when it is gone.
  bool move(const std::string& file);
  void finish();  // durable when it returns

 private:
  std::string store_, directory_;
  std::set<std::string> from_, to_;
};

class Trash {
 public:
  struct Batch {
    std::string name;           // "20260131T120000Z", or that and "-1"
    std::int64_t moved_ns = 0;  // when, by its name
    std::uint64_t packs = 0, whole_files = 0, other_files = 0, bytes = 0;
  };

  explicit Trash(std::string store_directory);

  bool has(const ObjectId& id) const;
  // The content of a frame kept under `id`, encoded and not verified.
  std::optional<Frame> read_frame(const ObjectId& id) const;
  // Whether something came back: a pack with `id`, or its whole file. Durable when it returns.
  bool bring_back(const ObjectId& id) const;

  // A new batch, to be filled. For one process at a time.
  TrashBatch begin_batch(std::int64_t now_ns) const;
  std::vector<Batch> batches() const;  // oldest first, with what is in them
  // Deletes the batch for good.
  void purge(const std::string& batch) const;
  // What a purge that was killed left behind.
  void finish_purges() const;

 private:
  struct Listing {
    std::vector<std::int64_t> stamps;  // of the directories it was read from
    bool settled = false;              // whether they are old enough to tell later changes
    std::vector<std::string> batches;
    std::vector<std::shared_ptr<const PackReader>> packs;
  };
  std::shared_ptr<const Listing> listing() const;
  std::shared_ptr<const Listing> read_listing() const;
  std::vector<std::string> batch_names() const;
  std::shared_ptr<const PackReader> pack_with(const Listing& in, const ObjectId& id) const;
  std::optional<std::string> whole_with(const Listing& in, const ObjectId& id) const;
  std::vector<std::shared_ptr<const PackReader>> pack_and_what_it_needs(
      const Listing& in, std::shared_ptr<const PackReader> pack) const;

  std::string store_, directory_;
  mutable std::mutex mutex_;  // of the one below
  mutable std::shared_ptr<const Listing> known_;
};

}  // namespace dvx
