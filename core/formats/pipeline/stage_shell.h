// The commands of a stage as /bin/sh takes them, whichever shell they are written for.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

// Whether the shell is told to stop at the first line of it that fails, as DVC does: it has several lines
// that say something. A command that is continued over lines, or that has comments above it, is one line.
bool stops_at_failing_line(std::string_view command);
// Whether any command of the stage is such, and its shell one that has `set -e`.
bool stops_at_failing_line(const Stage& stage);

// Those of several lines begin with "set -e; ". Those of stages with a shell of their own become "exec bash
// -c '…'"; the order and number stay.
std::vector<std::string> shell_commands(const Stage& stage);
// The same of commands that were made from those of the stage.
std::vector<std::string> shell_commands(const Stage& stage, const std::vector<std::string>& commands);

}  // namespace dvx
