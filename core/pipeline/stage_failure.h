// Why a stage failed. The user's commands or data are at fault, not dvx, so it is a value and no exception.
#pragma once

#include <string>
#include <vector>

#include "core/schema/schema.h"

namespace dvx {

struct StageFailure {
  std::string message, hint;
  std::vector<SchemaViolation> violations;
};

// A command as a message names it: its first line, and "..." for the others.
inline std::string one_line(const std::string& command) {
  const std::size_t end = command.find('\n');
  if (end == std::string::npos) return command;
  const bool has_more = command.find_first_not_of(" \t\r\n", end) != std::string::npos;
  return command.substr(0, end) + (has_more ? " ..." : "");
}

}  // namespace dvx
