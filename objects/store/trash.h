// The trash holds what a garbage collection moved away, until it is purged: `trash/<when>/` beside the packs.
// It is on the same file system, so that moving in either direction is a rename and needs no space.
//
// An object that is wanted again is brought back by moving files: the pack that has it, and every pack with
// chunks that a recipe in that pack needs. Therefore a recipe that is found still means a file that can be
// read. Any thread may call these functions. They throw Error{Io} for a directory that cannot be read; a
// batch that disappears meanwhile counts as empty.
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

// A batch that is being filled. The directory is made with the first file.
class TrashBatch {
 public:
  TrashBatch(std::string store_directory, std::string name);
  // Moves `file`, a path in the store. Returns false when it is gone.
  bool move(const std::string& file);
  void finish();  // durable when it returns

 private:
  std::string store_, directory_;
  std::set<std::string> from_, to_;
};

class Trash {
 public:
  struct Batch {
    // The form is "20260131T120000Z", or the same with "-1" or so appended.
    std::string name;
    // The time of the move, as its name says.
    std::int64_t moved_ns = 0;
    std::uint64_t packs = 0, whole_files = 0, other_files = 0, bytes = 0;
  };

  explicit Trash(std::string store_directory);

  bool has(const ObjectId& id) const;
  // Returns the content of the frame kept under `id`, encoded and not verified.
  std::optional<Frame> read_frame(const ObjectId& id) const;
  // Brings back the pack that has `id`, or its whole file. Returns whether something came back, which is
  // durable on return.
  bool bring_back(const ObjectId& id) const;

  // Begins a new batch. Only one process may do this at a time.
  TrashBatch begin_batch(std::int64_t now_ns) const;
  // Returns the batches and what is in them, oldest first.
  std::vector<Batch> batches() const;
  // Deletes the batch for good.
  void purge(const std::string& batch) const;
  // Completes purges that were killed.
  void finish_purges() const;

 private:
  struct Listing {
    // The time stamps of the directories that the listing was read from.
    std::vector<std::int64_t> stamps;
    // Whether the stamps are old enough to reveal later changes.
    bool settled = false;
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
  mutable std::mutex mutex_;  // guards known_
  mutable std::shared_ptr<const Listing> known_;
};

}  // namespace dvx
