// `dvx lineage`: how a file, an object, a run or what a stage made came to be, or what came of it.
#pragma once

#include <string>

#include "base/progress.h"
#include "core/lineage/lineage_graph.h"
#include "core/repo/repository.h"

namespace dvx {

enum class LineageDirection { Up, Down };

struct LineageOptions {
  // A path as the user typed it (of the repository or of anywhere), the name of a stage, or the id of a run
  // or an object, whole or its first digits.
  std::string what;
  LineageDirection direction = LineageDirection::Up;
};

struct LineageReport {
  LineageGraph graph;
  std::size_t focus = 0;          // the node that was asked for
  bool found_by_content = false;  // the file asked for lies elsewhere, or has another name, than the focus
  std::vector<ObjectId> also_made_by;  // other runs that made the same content
};

// NotFound when nothing is recorded about `what`.
LineageReport lineage(Repository& repository, const LineageOptions& options, Progress& progress);

}  // namespace dvx
