// Why an object stays: every name that leads to it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/gc/roots.h"
#include "objects/store/object_store.h"

namespace dvx {

struct Reason {
  RootSource source;            // a pointer or lock file; of a run of the run cache only `repository` is set
  std::optional<ObjectId> run;  // that keeps it, when the object is not named directly
  std::string inside;           // path in the tracked data, "" when it is the data itself or a run's
};

// Reasons to keep `id`, sorted; one for each git tip, work tree and run cache entry.
std::vector<Reason> explain(const ObjectStore& store, Roots& roots, std::int64_t runs_since_ns,
                            const ObjectId& id);

}  // namespace dvx
