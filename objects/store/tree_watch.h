// What the trees of a store have said of each other: the guard against trees that a stranger made to be
// walked without end. Every tree that is read passes here, so every walk is bounded, whoever walks.
//
// A tree names the trees below it with the sums of their sizes and files; a tree that says otherwise about
// itself is corrupt. So is one that stands deeper than a path can be long. Trees that name each other twice
// stand for 2^n paths with n trees: whoever reads the same trees again and again has what they stand for
// counted, each tree once, and is told when that is absurd. Counting begins after many repeated reads only,
// so a walk of honest trees pays for one look into a table. Memory: about 100 bytes a tree. Thread-safe.
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
  // Reads a tree without passing here; nullopt when it is not in the store.
  using ReadTree = std::function<std::optional<Tree>(const ObjectId&)>;

  // Notes that `tree` was read. Corruption, which names the tree and the limit.
  void note(const ObjectId& id, const Tree& tree, const ReadTree& read);

 private:
  struct Claim {
    std::uint64_t size = 0, files = 0;
    std::uint32_t path = 0;   // bytes of the longest path to it from a tree that was read
    bool is_claimed = false;  // by a tree above it
    bool was_read = false;
    bool was_counted = false;  // with everything below it
  };

  void compare(const ObjectId& id, const Tree& tree, const Claim& claim) const;
  void claim_children(const Tree& tree, std::uint32_t path);
  bool is_due(const Tree& tree, bool again);

  std::mutex mutex_;
  std::unordered_map<ObjectId, Claim> claims_;
  std::uint64_t repeated_ = 0;  // entries of trees that were read before
};

// How many entries the tree `id` and all below stand for, each place counted. Corruption when that is beyond
// limits::kTreeEntries and a hundred times what is stored of them.
void check_tree_expansion(const ObjectId& id, const TreeWatch::ReadTree& read);

}  // namespace dvx
