#include "cli/commands/run_outputs_flag.h"

namespace dvx {

void declare_run_outputs(CLI::App& app, std::optional<RunOutputs>& said) {
  auto* carry = app.add_flag_callback(
      "--run-cache", [&said] { said = RunOutputs::Carry; }, "With the outputs of all runs of the run cache");
  auto* leave = app.add_flag_callback(
      "--no-run-cache", [&said] { said = RunOutputs::Leave; }, "Without them, whatever core.runCache says");
  carry->excludes(leave);
}

}  // namespace dvx
