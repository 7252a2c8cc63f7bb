// A lineage graph for other programs: JSON for scripts, DOT for Graphviz, Mermaid for pages that draw it.
// The same graph gives the same bytes.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/lineage/lineage_graph.h"

namespace dvx {

// {"nodes": [{"id", "kind": "data" | "run", …}], "edges": [{"from", "to"}], "conflicts": […]}; ids are "n0",
// "n1", …
nlohmann::json lineage_to_json(const LineageGraph& graph);
std::string lineage_to_dot(const LineageGraph& graph);
std::string lineage_to_mermaid(const LineageGraph& graph);

// "pointer", "git", "run", "unknown".
std::string_view origin_name(OriginKind kind);

}  // namespace dvx
