// Declares `--run-cache` and `--no-run-cache` for push, fetch and pull.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>

#include "core/share/run_outputs.h"

namespace dvx {

// `said` must outlive the parsing. It stays empty when neither flag is given.
void declare_run_outputs(CLI::App& app, std::optional<RunOutputs>& said);

}  // namespace dvx
