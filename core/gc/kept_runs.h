// Runs that a collection keeps: those that a kept lock file names, young ones of the run cache, and the runs
// that made what either was made from. A run keeps its record, its log, its outputs and its dependencies.
//
// Single-threaded.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/formats/run_record.h"
#include "objects/store/object_store.h"
#include "objects/upkeep/mark.h"

namespace dvx {

// Calls visit(id, record) for each of `starts` and each run upstream that the store has, once. `seen` is what
// was visited before, and grows. Corruption for a record that cannot be read.
void for_each_run(const ObjectStore& store, const std::vector<ObjectId>& starts,
                  std::unordered_set<ObjectId>& seen,
                  const std::function<void(const ObjectId& id, const RunRecord& record)>& visit);

class KeptRuns {
 public:
  KeptRuns(const ObjectStore& store, Mark& mark) : store_(store), mark_(mark) {}

  void keep(const ObjectId& run);
  // Entries of the run cache that were made after `since`.
  void keep_since(std::int64_t since_ns);
  // Files of the store that list runs which are not kept.
  std::vector<std::string> stale_entries() const;
  std::uint64_t count() const { return kept_.size(); }

 private:
  const ObjectStore& store_;
  Mark& mark_;
  std::unordered_set<ObjectId> kept_;
};

// Runs of the run cache that were entered after `since`.
std::vector<ObjectId> young_runs(const ObjectStore& store, std::int64_t since_ns);

}  // namespace dvx
