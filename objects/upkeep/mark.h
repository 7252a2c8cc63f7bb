// The first half of a garbage collection: marking the objects of a store that are wanted.
//
// The marks take one bit for each frame that the store had when the Mark was made (frame_numbers.h), and
// eight bytes for each whole file, so ten million objects take a few megabytes (docs/gc.md has the
// arithmetic). Marking may continue later, when new names have appeared; marks are never removed. It is
// single-threaded.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

#include "objects/model/tree.h"
#include "objects/store/frame_numbers.h"
#include "objects/store/object_store.h"

namespace dvx {

// A set of the whole files of a store, which it knows by the first eight bytes of their ids. Two files that
// share these bytes count as one, so wanting either keeps both.
class WholeFileSet {
 public:
  explicit WholeFileSet(const ObjectStore& store);
  // Returns false when there is no file with that id, or when it was already marked.
  bool mark(const ObjectId& id);
  bool is_marked(const ObjectId& id) const;

 private:
  std::optional<std::size_t> find(const ObjectId& id) const;
  std::vector<std::uint64_t> prefixes_;  // sorted
  std::vector<bool> marked_;
};

// Calls visit(id) for every whole file of the store, one directory at a time.
void for_each_whole_file(const ObjectStore& store, const std::function<void(const ObjectId& id)>& visit);

class Mark {
 public:
  explicit Mark(ObjectStore& store);

  // Marks this content and everything it needs: the chunks of a file, or everything below a directory.
  // Content that is neither in the store nor in its trash is skipped, because nobody has fetched it yet.
  // Throws Error{Corruption} when a tree or recipe on the way cannot be read, because its needs are then
  // unknown.
  void keep(const ObjectId& id, EntryKind kind = EntryKind::File);
  // Marks the chunks that a recipe needs, even when the recipe itself is not wanted, because every recipe in
  // the store must be readable. Returns the number of stored bytes that this marked.
  std::uint64_t keep_chunks_of(const PackReader& pack, const PackEntry& recipe);
  // Returns the stored bytes of the chunks of a recipe that are not wanted otherwise.
  std::uint64_t unwanted_bytes_of(const PackReader& pack, const PackEntry& recipe) const;

  // `id` may be that of a frame or of a whole file.
  bool is_wanted(const ObjectId& id) const;
  const FrameNumbers& numbers() const { return numbers_; }
  // Returns how many times something came back from the trash.
  std::uint64_t brought_back() const { return brought_back_; }

 private:
  void keep_content(const ObjectId& id);
  bool is_marked_whole(const ObjectId& id) const;
  void keep_elsewhere(const ObjectId& id);
  void keep_recipe(const ObjectId& id);
  bool enter_first(const ObjectId& id);
  bool is_here(const ObjectId& id);
  bool mark(std::uint64_t number);

  ObjectStore& store_;
  FrameNumbers numbers_;
  WholeFileSet whole_;
  std::vector<bool> wanted_;  // by number
  // By number: the trees whose entries were marked.
  std::vector<bool> entered_;
  // Wanted ids in packs that came after the numbers were given.
  std::unordered_set<ObjectId> late_;
  std::unordered_set<ObjectId> late_entered_;  // trees without a number
  std::uint64_t brought_back_ = 0;
};

}  // namespace dvx
