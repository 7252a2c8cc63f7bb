// Draws a lineage graph for the terminal as an indented tree. The tree leads from the requested object to its
// sources or to its uses.
#pragma once

#include <functional>
#include <string>

#include "cli/ui/text.h"
#include "core/commands/lineage.h"

namespace dvx {

// `name_of` turns a path relative to the root into the form that the user would type.
Shown lineage_tree(const LineageReport& report, LineageDirection direction, const Text& text,
                   const std::function<std::string(const std::string&)>& name_of);

}  // namespace dvx
