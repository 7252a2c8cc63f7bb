// A lineage graph as one self-contained HTML page: the drawing, and below it every run and all data in full.
// No scripts, nothing fetched; light or dark as the reader's system is. The same graph gives the same bytes.
#pragma once

#include <string>

#include "core/lineage/lineage_graph.h"

namespace dvx {

std::string lineage_page(const LineageGraph& graph, std::size_t focus);

}  // namespace dvx
