// An in-memory DuckDB with what dvx allows it: no extensions fetched or loaded, bounded memory, spilling to a
// directory of ours. A session is cheap beside the database it belongs to, and belongs to one thread.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/schema/duckdb_library.h"

namespace dvx {

// A query that failed. Callers know whether that speaks against the data, the schema or dvx.
class QueryFailure : public std::exception {
 public:
  QueryFailure(std::string message, bool out_of_memory)
      : message_(std::move(message)), out_of_memory_(out_of_memory) {}
  const char* what() const noexcept override { return message_.c_str(); }  // first line of what DuckDB said
  bool out_of_memory() const { return out_of_memory_; }

 private:
  std::string message_;
  bool out_of_memory_;
};

struct DuckDbLimits {
  std::uint64_t memory_bytes = std::uint64_t{1} << 30;
  std::size_t threads = 1;
};

class DuckDbDatabase {
 public:
  // `temporary_directory` takes what does not fit into memory.
  DuckDbDatabase(const duckdb::Functions& functions, const std::string& temporary_directory,
                 DuckDbLimits limits = {});
  DuckDbDatabase(const DuckDbDatabase&) = delete;
  DuckDbDatabase& operator=(const DuckDbDatabase&) = delete;
  ~DuckDbDatabase();

  const duckdb::Functions& functions() const { return functions_; }
  duckdb::Handle handle() const { return database_; }

 private:
  const duckdb::Functions& functions_;
  duckdb::Handle database_ = nullptr;
};

class DuckDbSession {
 public:
  using Cell = std::optional<std::string>;
  using Row = std::vector<Cell>;

  explicit DuckDbSession(DuckDbDatabase& database);
  DuckDbSession(const DuckDbSession&) = delete;
  DuckDbSession& operator=(const DuckDbSession&) = delete;
  ~DuckDbSession();

  // Every column must be VARCHAR: cast in SQL. For results of a few rows. Throws QueryFailure; Interrupted
  // when the user wants to stop, which ends a running query.
  std::vector<Row> query(const std::string& sql);
  void execute(const std::string& sql);

  const duckdb::Functions& functions() const { return functions_; }
  duckdb::Handle handle() const { return connection_; }

 private:
  const duckdb::Functions& functions_;
  duckdb::Handle connection_ = nullptr;
};

// The number in a cell; 0 where there is none.
std::uint64_t cell_number(const DuckDbSession::Cell& cell);

std::string sql_text(std::string_view text);  // 'it''s'
std::string sql_name(std::string_view name);  // "a ""name"""

}  // namespace dvx
