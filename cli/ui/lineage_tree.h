// A lineage graph as an indented tree for the terminal, from what was asked for towards its sources or its
// uses.
#pragma once

#include <functional>
#include <string>

#include "cli/ui/text.h"
#include "core/commands/lineage.h"

namespace dvx {

// `name_of` turns a path from the root into what the user would type.
Shown lineage_tree(const LineageReport& report, LineageDirection direction, const Text& text,
                   const std::function<std::string(const std::string&)>& name_of);

}  // namespace dvx
