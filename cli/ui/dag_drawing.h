// Draws a graph as text: one node on each line, in order, with rails on the left that lead from each node to
// the nodes that need it.
#pragma once

#include <utility>
#include <vector>

#include "cli/ui/shown.h"

namespace dvx {

struct DagDrawing {
  // One label for each node. Each node comes after those that it needs.
  std::vector<Shown> labels;
  // From the needed node to the node that needs it.
  std::vector<std::pair<std::size_t, std::size_t>> edges;
};

// Returns whole lines. Where two rails cross, the vertical one is drawn through.
Shown draw_dag(const DagDrawing& drawing);

}  // namespace dvx
