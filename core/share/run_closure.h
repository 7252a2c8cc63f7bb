// Run records with the records that they were made from.
#pragma once

#include <vector>

#include "core/runs/run_cache.h"
#include "objects/store/object_store.h"

namespace dvx {

struct RunClosure {
  std::vector<RunCacheEntry> runs;  // that the store has, sorted
  std::vector<ObjectId> logs;       // that they name, sorted
  std::vector<ObjectId> absent;     // records that the store lacks, sorted
};

// What is behind runs of `known` (sorted) is not looked at, nor are they themselves.
RunClosure run_closure(const ObjectStore& store, const std::vector<ObjectId>& starts,
                       const std::vector<ObjectId>& known = {});

// Both together.
RunClosure join(const RunClosure& a, const RunClosure& b);

// The runs of these entries, sorted.
std::vector<ObjectId> run_ids(const std::vector<RunCacheEntry>& entries);

}  // namespace dvx
