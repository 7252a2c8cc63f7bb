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

}  // namespace dvx
