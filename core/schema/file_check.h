// The verdict on one data file: every rule of a schema, with line, row, column and value of what breaks it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/schema/duckdb_session.h"
#include "core/schema/schema.h"
#include "core/schema/schema_file.h"

namespace dvx {

struct FileVerdict {
  std::uint64_t rows = 0;
  std::uint64_t violation_count = 0;  // exact
  std::vector<SchemaViolation>
      violations;  // the first kKeptViolations in order of rows; `path` is left empty
};

inline constexpr std::size_t kKeptViolations = 20;

// `path` is absolute. A file that is not of the format is a violation, an engine that fails an Error. Checks
// of several files may run in threads of their own, each with its session.
FileVerdict check_data_file(DuckDbSession& session, const Schema& schema, DataFormat format,
                            const std::string& path);

// Patterns, formats and bounds that only the engine can judge. Error{Config} names the place in the schema.
void check_schema_values(DuckDbSession& session, const Schema& schema);

}  // namespace dvx
