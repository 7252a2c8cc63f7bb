// DuckDB for tests: where `./dev deps` put it, or where DVX_DUCKDB says. Without it tests of the engine are
// skipped by name.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/file.h"
#include "core/schema/duckdb_library.h"

namespace dvx {

inline std::string duckdb_for_tests() {
  if (const char* named = std::getenv("DVX_DUCKDB")) return named;
  const std::string path = std::string(DVX_SOURCE_DIR) + "/build/deps/duckdb/libduckdb.so";
  return exists(path) ? path : "";
}

}  // namespace dvx

#define DVX_NEEDS_DUCKDB() \
  if (dvx::duckdb_for_tests().empty()) GTEST_SKIP() << "DuckDB's library is not there: ./dev deps"
