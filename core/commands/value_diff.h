// Parameters and metrics of a pipeline in two revisions, value by value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/workspace/revision.h"

namespace dvx {

struct ValueChange {
  std::string file;                             // from the root
  std::string key;                              // "train.epochs"
  std::optional<nlohmann::json> before, after;  // at least one; they differ
};

struct ValueDiff {
  std::vector<ValueChange> params, metrics;  // sorted by file and key
};

// Compares the keys that the stages of either revision name in their params, and all of their metrics. What
// cannot be read (not there, not of a known format) has no values.
ValueDiff diff_values(Repository& repository, const Revision& before, const Revision& after);

}  // namespace dvx
