// Which objects of a store are wanted: the marking half of a garbage collection.
//
// What is kept is a row of bits over the numbers of a moment's frames (frame_numbers.h) and eight bytes for
// each whole file, so ten million objects take a few megabytes (docs/gc.md has the arithmetic). Marking may
// go on later, when names have come since; what is marked stays marked. Single-threaded.
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

// Whole files by the first eight bytes of their ids. Two that have them in common count as one: what is
// wanted of either keeps both.
class WholeFileSet {
 public:
  explicit WholeFileSet(const ObjectStore& store);
  // False when there is none of that id, or it was marked before.
  bool mark(const ObjectId& id);
  bool is_marked(const ObjectId& id) const;

 private:
  std::optional<std::size_t> find(const ObjectId& id) const;
  std::vector<std::uint64_t> prefixes_;  // sorted
  std::vector<bool> marked_;
};

// Calls visit(id) for every whole file of the store, a directory at a time.
void for_each_whole_file(const ObjectStore& store, const std::function<void(const ObjectId& id)>& visit);

class Mark {
 public:
  explicit Mark(ObjectStore& store);

  // This content and all that it needs: the chunks of a file, everything below a directory. What is not in
  // the store, its trash included, is passed over: nobody fetched it yet. Corruption when a tree or recipe on
  // the way cannot be read, since what it needs is not known then.
  void keep(const ObjectId& id, EntryKind kind = EntryKind::File);
  // Chunks that a recipe needs, though the recipe itself may not be wanted: what is found must be readable.
  // Returns how many stored bytes were marked by it.
  std::uint64_t keep_chunks_of(const PackReader& pack, const PackEntry& recipe);
  // Stored bytes of the chunks of a recipe that are not wanted otherwise.
  std::uint64_t unwanted_bytes_of(const PackReader& pack, const PackEntry& recipe) const;

  bool is_wanted(const ObjectId& id) const;  // a frame or a whole file
  const FrameNumbers& numbers() const { return numbers_; }
  std::uint64_t brought_back() const { return brought_back_; }  // times that something came from the trash

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
  std::vector<bool> wanted_;                   // by number
  std::vector<bool> entered_;                  // by number: trees whose entries were marked
  std::unordered_set<ObjectId> late_;          // wanted, in packs that came after the numbers were given
  std::unordered_set<ObjectId> late_entered_;  // trees without a number
  std::uint64_t brought_back_ = 0;
};

}  // namespace dvx
