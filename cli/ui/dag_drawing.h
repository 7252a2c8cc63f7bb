// A graph as text: one node a line, in order, with rails on the left that run from what is needed to what
// needs it.
#pragma once

#include <utility>
#include <vector>

#include "cli/ui/shown.h"

namespace dvx {

struct DagDrawing {
  std::vector<Shown> labels;                               // one a node; each node comes after those it needs
  std::vector<std::pair<std::size_t, std::size_t>> edges;  // from needed to needing
};

// Whole lines. Where two rails cross, the upright one is drawn through.
Shown draw_dag(const DagDrawing& drawing);

}  // namespace dvx
