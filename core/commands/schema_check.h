// `dvx schema check`: data against the schemas that pointer files and dvx.yaml bind to it, or against one
// given.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/schema/schema.h"

namespace dvx {

struct SchemaCheckOptions {
  std::vector<std::string> paths;  // from the root; empty means all that is bound
  std::string schema;              // from the root; "" means what is bound
};

struct UncheckedPath {
  std::string path, schema;
  std::string stage;  // whose output was never made, or ""
};

struct SchemaCheckReport {
  std::vector<SchemaVerdict> verdicts;   // sorted by path, then schema
  std::vector<UncheckedPath> unchecked;  // not in the workspace
};

// NotFound for a path that no schema is bound to. Usage for a schema given without paths.
SchemaCheckReport schema_check(Repository& repository, const SchemaCheckOptions& options, Progress& progress);

}  // namespace dvx
