// Runs the commands of a stage as processes of this machine, each in a process group that ends with it, and
// with dvx, however dvx ends.
#pragma once

#include "core/execution/stage/command_runner.h"

namespace dvx {

class LocalRunner final : public CommandRunner {
 public:
  std::string name() const override { return "local"; }
  CommandOutcome run(const CommandJob& job) override;
};

}  // namespace dvx
