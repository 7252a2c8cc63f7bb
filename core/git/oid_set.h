// A set of git object ids: 20 bytes each in one table that is at most half full, 40 to 80 bytes for an id
// where a node-based set of strings takes 150. Single-threaded.
#pragma once

#include <git2.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

#include "base/seeded_hash.h"

namespace dvx {

class OidSet {
 public:
  bool contains(const git_oid& id) const {
    if (slots_.empty()) return false;
    const git_oid& slot = slots_[slot_of(id)];
    return git_oid_is_zero(&slot) == 0;
  }

  // False when it was there.
  bool insert(const git_oid& id) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    git_oid& slot = slots_[slot_of(id)];
    if (git_oid_is_zero(&slot) == 0) return false;
    slot = id;
    ++count_;
    return true;
  }

  std::size_t size() const { return count_; }

 private:
  // Where it is, or the free slot where it would be. The zero id is nobody's.
  std::size_t slot_of(const git_oid& id) const {
    std::array<std::byte, 32> key{};
    std::memcpy(key.data(), id.id, sizeof id.id);
    std::size_t at = seeded_hash(key) & (slots_.size() - 1);
    while (git_oid_is_zero(&slots_[at]) == 0 && git_oid_equal(&slots_[at], &id) == 0)
      at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  void grow() {
    std::vector<git_oid> old(slots_.empty() ? 1024 : 2 * slots_.size());
    old.swap(slots_);
    for (const git_oid& id : old) {
      if (git_oid_is_zero(&id) == 0) slots_[slot_of(id)] = id;
    }
  }

  std::vector<git_oid> slots_;  // a power of two of them
  std::size_t count_ = 0;
};

}  // namespace dvx
