// Declares `dvx stage fix`, a subcommand of `dvx stage`.
#pragma once

#include "cli/command.h"

namespace dvx {

Action declare_stage_fix(CLI::App& app);

}  // namespace dvx
