// The engine for one verb: DuckDB as this repository finds it, with its limits and a place to spill to.
#pragma once

#include "base/file.h"
#include "core/repo/repository.h"
#include "core/schema/duckdb_session.h"

namespace dvx {

class SchemaEngine {
 public:
  explicit SchemaEngine(Repository& repository);  // NotFound when DuckDB is not there
  DuckDbDatabase& database() { return database_; }

 private:
  TemporaryDirectory spill_;
  DuckDbDatabase database_;  // last: closed before its directory goes
};

}  // namespace dvx
