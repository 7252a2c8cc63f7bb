// Which column of a file belongs to which field of its schema, and what is wrong with the set of columns.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/schema/data_table.h"
#include "core/schema/schema.h"
#include "core/schema/schema_file.h"

namespace dvx {

struct ColumnMatch {
  std::vector<std::optional<std::size_t>> column_of_field;  // one for each field of the schema
  std::vector<SchemaViolation> violations;                  // without path
};

ColumnMatch match_columns(const Schema& schema, const std::vector<DataColumn>& columns);

// Whether values of DuckDB's `sql_type` are values of `type`; text files need no asking.
bool holds_type(const std::string& sql_type, FieldType type);

}  // namespace dvx
