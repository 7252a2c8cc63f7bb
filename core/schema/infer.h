// A schema that a data file meets, as a start for writing one: types, missing values, bounds, small sets of
// words.
#pragma once

#include <cstdint>
#include <string>

#include "core/schema/duckdb_session.h"
#include "core/schema/schema_file.h"

namespace dvx {

struct InferredSchema {
  Schema schema;
  std::uint64_t rows = 0;
};

// `assumed` gives format, delimiter and header; its fields are not looked at. `path` is absolute, `name` for
// messages. Config when the file is no table: empty, rows of different lengths, column names that repeat.
InferredSchema infer_schema(DuckDbSession& session, const Schema& assumed, const std::string& path,
                            const std::string& name);

}  // namespace dvx
