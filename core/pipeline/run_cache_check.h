// Whether the run cache lists the runs that there are, and mending it from the records themselves.
#pragma once

#include <cstdint>
#include <vector>

#include "core/formats/lock_file.h"
#include "core/runs/run_cache.h"
#include "objects/store/object_store.h"

namespace dvx {

struct RunCacheCheck {
  std::uint64_t runs = 0;                     // listed
  std::vector<RunCacheEntry> without_record;  // listed, and the store lacks the record: never used
  std::vector<RunCacheEntry> not_listed;      // dvx.lock names them, and their records are here
  bool index_is_right = true;                 // run_index.h

  bool ok() const { return without_record.empty() && not_listed.empty() && index_is_right; }
};

// Looks at names, not into the records that are listed.
RunCacheCheck check_run_cache(const ObjectStore& store, const LockFile& lock);

struct RunCacheMending {
  std::uint64_t listed = 0, unlisted = 0;
};

// Lists what is not, and takes off the list what has no record. When runs of dvx.lock were not listed others
// may be lost too, so every record in the store is looked for: all small frames are read.
RunCacheMending mend_run_cache(const ObjectStore& store, const RunCacheCheck& check);

}  // namespace dvx
