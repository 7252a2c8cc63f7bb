// The commands of a stage as /bin/sh takes them, whichever shell they are written for.
#pragma once

#include <string>
#include <vector>

#include "core/metafile/pipeline_file.h"

namespace dvx {

// Those of stages with a shell of their own become "exec bash -c '…'"; the order and number stay.
std::vector<std::string> shell_commands(const Stage& stage);
// The same of commands that were made from those of the stage.
std::vector<std::string> shell_commands(const Stage& stage, const std::vector<std::string>& commands);

}  // namespace dvx
