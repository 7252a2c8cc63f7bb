// A lineage graph as inline SVG. Classes carry the meaning (run, data, focus, pointer, git, unknown,
// invalid); colours are the page's. Each box links to "#n<index>".
#pragma once

#include <string>
#include <string_view>

#include "core/lineage/lineage_graph.h"

namespace dvx {

std::string lineage_drawing(const LineageGraph& graph);

// Text that is safe inside of elements and quoted attributes; control characters and invalid UTF-8 come as
// \xNN.
std::string html_text(std::string_view text);
// "3.4 MB" and "1.2 s", as people read them.
std::string readable_size(std::uint64_t bytes);
std::string readable_seconds(double seconds);
bool has_invalid_schema(const RunRecord& record);

}  // namespace dvx
