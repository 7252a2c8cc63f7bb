// A guard against trees that a stranger made so that walking them never ends. It remembers what the trees of
// a store have said about each other. Every tree that is read passes through it, so every walk is bounded.
//
// A tree names the trees below it with the sums of their sizes and files. A tree that contradicts what a tree
// above it says is corrupt, and so is a tree that lies deeper than a path can be long. With n trees that each
// name the next one twice, a directory stands for 2^n paths. Therefore, when the same trees are read again
// and again, the watch counts the entries that they stand for, once for each tree, and throws when the number
// is absurd. Counting begins only after many repeated reads, so a walk of honest trees pays for one look into
// a table. Memory is about 100 bytes for each tree. It is thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "objects/model/tree.h"

namespace dvx {

class TreeWatch {
 public:
  // Reads a tree without passing through this guard. Returns nullopt when it is not in the store.
  using ReadTree = std::function<std::optional<Tree>(const ObjectId&)>;

  // Notes that `tree` was read. Throws Error{Corruption} that names the tree and the limit.
  void note(const ObjectId& id, const Tree& tree, const ReadTree& read);

 private:
  struct Claim {
    std::uint64_t size = 0, files = 0;
    // The length in bytes of the longest path to the tree from a tree that was read.
    std::uint32_t path = 0;
    // Whether a tree above it has named it.
    bool is_claimed = false;
    bool was_read = false;
    // Whether it was counted with everything below it.
    bool was_counted = false;
  };

  void compare(const ObjectId& id, const Tree& tree, const Claim& claim) const;
  void claim_children(const Tree& tree, std::uint32_t path);
  bool is_due(const Tree& tree, bool again);

  std::mutex mutex_;
  std::unordered_map<ObjectId, Claim> claims_;
  // The number of entries in trees that were read again.
  std::uint64_t repeated_ = 0;
};

// Counts the entries that the tree `id` and all trees below it stand for, each place separately. Throws
// Error{Corruption} when there are more than limits::kTreeEntries and also more than a hundred times the
// entries that are stored.
void check_tree_expansion(const ObjectId& id, const TreeWatch::ReadTree& read);

}  // namespace dvx
