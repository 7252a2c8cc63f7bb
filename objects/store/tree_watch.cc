#include "objects/store/tree_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/limits.h"

namespace dvx {

namespace {

// The cost of repeated reads, counted in entries, after which the watch counts what the trees stand for.
// Reading a tree costs as much as looking at fifty entries, so this is about a second of work.
constexpr std::uint64_t kRepeatsPerCount = 2'000'000;
constexpr std::uint64_t kCostOfReading = 50;

[[noreturn]] void corrupt(const ObjectId& id, const std::string& what) {
  throw Error(ErrorKind::Corruption, fmt::format("the tree {} {}", id.to_hex(), what), "dvx fsck");
}

std::uint64_t capped_sum(std::uint64_t a, std::uint64_t b) {
  return a > limits::kTotal - std::min(b, limits::kTotal) ? limits::kTotal : a + b;
}

// Counts the entries that a tree stands for. It keeps a stack of its own instead of recursing, since a
// stranger chose the depth.
class Expansion {
 public:
  explicit Expansion(const TreeWatch::ReadTree& read) : read_(read) {}

  std::uint64_t of(const ObjectId& top) {
    enter(top);
    while (!open_.empty()) {
      Open& last = open_.back();
      if (last.next == last.below.size()) {
        totals_[last.id] = last.total;
        const std::uint64_t total = last.total;
        open_.pop_back();
        if (!open_.empty()) open_.back().total = capped_sum(open_.back().total, total);
        continue;
      }
      const ObjectId below = last.below[last.next++];
      if (const auto known = totals_.find(below); known != totals_.end()) {
        last.total = capped_sum(last.total, known->second);
      } else {
        enter(below);
      }
    }
    return totals_.at(top);
  }

  std::uint64_t stored() const { return stored_; }

 private:
  struct Open {
    ObjectId id;
    std::vector<ObjectId> below;
    std::size_t next = 0;
    std::uint64_t total = 0;
  };

  void enter(const ObjectId& id) {
    throw_if_interrupted();
    Open opened{id, {}};
    if (const auto tree = read_(id)) {
      opened.total = tree->entries().size() + 1;
      stored_ += tree->entries().size() + 1;
      for (const TreeEntry& entry : tree->entries()) {
        if (entry.kind == EntryKind::Directory) opened.below.push_back(entry.id);
      }
    }
    open_.push_back(std::move(opened));
  }

  const TreeWatch::ReadTree& read_;
  std::vector<Open> open_;
  std::unordered_map<ObjectId, std::uint64_t> totals_;
  std::uint64_t stored_ = 0;
};

}  // namespace

void check_tree_expansion(const ObjectId& id, const TreeWatch::ReadTree& read) {
  Expansion expansion(read);
  const std::uint64_t entries = expansion.of(id);
  const std::uint64_t most = limits::kTreeEntries + limits::kTreeEntriesForStored * expansion.stored();
  if (entries <= most) return;
  corrupt(id, fmt::format("and those below it name each other so often that they stand for {}{} entries, "
                          "of which {} are stored; dvx goes up to {}",
                          entries == limits::kTotal ? "more than " : "", entries, expansion.stored(), most));
}

void TreeWatch::note(const ObjectId& id, const Tree& tree, const ReadTree& read) {
  throw_if_interrupted();
  bool is_to_be_counted = false;
  {
    const std::lock_guard lock(mutex_);
    Claim& claim = claims_[id];
    compare(id, tree, claim);
    const bool again = claim.was_read;
    claim.was_read = true;
    claim_children(tree, claim.path);  // may invalidate the reference `claim`
    is_to_be_counted = is_due(tree, again);
  }
  if (!is_to_be_counted) return;
  std::vector<ObjectId> tops;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [top, claim] : claims_) {
      if (claim.is_claimed || !claim.was_read || claim.was_counted) continue;
      claim.was_counted = true;
      tops.push_back(top);
    }
  }
  std::ranges::sort(tops);  // so that every run names the same tree
  for (const ObjectId& top : tops) check_tree_expansion(top, read);
}

void TreeWatch::compare(const ObjectId& id, const Tree& tree, const Claim& claim) const {
  if (!claim.is_claimed) return;
  const std::uint64_t size = tree.total_size(), files = tree.total_files();
  if (claim.size == size && claim.files == files) return;
  corrupt(id,
          fmt::format("has {} files of {} bytes together, where the tree above it says {} files of {} bytes",
                      files, size, claim.files, claim.size));
}

void TreeWatch::claim_children(const Tree& tree, std::uint32_t path) {
  for (const TreeEntry& entry : tree.entries()) {
    if (entry.kind != EntryKind::Directory) continue;
    const std::uint64_t length = path + entry.name.size() + 1;
    if (length > limits::kTreePath) {
      corrupt(entry.id, fmt::format("stands at the end of a path of {} bytes; dvx goes up to {}", length,
                                    limits::kTreePath));
    }
    Claim& claim = claims_[entry.id];
    if (claim.is_claimed && (claim.size != entry.size || claim.files != entry.files)) {
      corrupt(entry.id,
              fmt::format("is said to have {} files of {} bytes by one tree, and {} of {} by another",
                          claim.files, claim.size, entry.files, entry.size));
    }
    claim.size = entry.size;
    claim.files = entry.files;
    claim.is_claimed = true;
    claim.path = std::max(claim.path, static_cast<std::uint32_t>(length));
  }
}

bool TreeWatch::is_due(const Tree& tree, bool again) {
  if (!again) return false;
  repeated_ += kCostOfReading + tree.entries().size();
  if (repeated_ < kRepeatsPerCount) return false;
  repeated_ = 0;
  return true;
}

}  // namespace dvx
