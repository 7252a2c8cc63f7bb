// Runs the command line once, from the arguments to the exit status.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

struct ProcessContext {
  std::vector<std::string> arguments;  // without the name of the program
  // cwd, executable and environment are set; the other fields are derived from these.
  Surroundings surroundings;
  bool stdout_is_terminal = false, stderr_is_terminal = false;
};

// Never throws. It writes to the descriptors 1 and 2.
int run(ProcessContext context);

}  // namespace dvx
