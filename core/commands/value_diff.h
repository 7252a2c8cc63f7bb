// Parameters and metrics of a pipeline in two revisions, value by value.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "core/formats/text/json_value.h"
#include "core/workspace/revision.h"

namespace dvx {

struct ValueChange {
  std::string file;                        // from the root
  std::string key;                         // "train.epochs"
  std::optional<JsonValue> before, after;  // at least one; they differ
};

// A file of params or metrics whose values are not known, in one of the revisions or in both.
struct UnreadableValues {
  std::string file;     // from the root
  std::string message;  // why
  bool changed = true;  // false: both revisions have the same bytes, so that no value can differ
};

struct ValueDiff {
  std::vector<ValueChange> params, metrics;  // sorted by file and key
  std::vector<UnreadableValues> unreadable;  // sorted by file

  // Whether some value differs, or may.
  bool differs() const {
    return !params.empty() || !metrics.empty() || std::ranges::any_of(unreadable, &UnreadableValues::changed);
  }
};

// Compares the keys that the stages of either revision name in their params, and all of their metrics. What
// is not there has no values; what cannot be read is told.
ValueDiff diff_values(Repository& repository, const Revision& before, const Revision& after);

}  // namespace dvx
