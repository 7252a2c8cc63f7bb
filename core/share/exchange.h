// What one command did with one remote: shared by the reports of push, fetch and pull.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/share/named_objects.h"

namespace dvx {

struct RemoteExchange {
  std::string remote, url;
  std::uint64_t objects = 0;  // moved
  std::uint64_t already_there = 0;
  std::uint64_t bytes = 0;             // moved, as stored
  std::vector<NamedObject> missing;    // data that is neither here nor there
  std::vector<NamedObject> damaged;    // data that the giving side has only damaged
  std::vector<ObjectId> missing_runs;  // run records that are neither here nor there: lineage ends at them

  bool complete() const { return missing.empty() && damaged.empty(); }
};

}  // namespace dvx
