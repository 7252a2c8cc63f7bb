// One run of the command line, from arguments to exit status.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

struct ProcessContext {
  std::vector<std::string> arguments;  // without the program's name
  Surroundings surroundings;           // cwd, executable and environment filled; the rest comes from these
  bool stdout_is_terminal = false, stderr_is_terminal = false;
};

// Never throws. Writes to descriptors 1 and 2.
int run(ProcessContext context);

}  // namespace dvx
