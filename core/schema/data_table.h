// A data file as SQL sees it: CSV through our reader, Parquet through DuckDB's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "core/schema/csv_table.h"
#include "core/schema/duckdb_session.h"
#include "core/schema/schema_file.h"

namespace dvx {

struct DataColumn {
  std::string name;
  std::string expression;  // in SQL, as the file has it
  std::string sql_type;    // "VARCHAR" for every column of a text file
};

class DataTable {
 public:
  // `path` is absolute. QueryFailure when the file is not what `format` says.
  static DataTable open(DuckDbSession& session, const Schema& schema, DataFormat format,
                        const std::string& path);

  bool is_text() const { return csv_ != nullptr; }
  const std::string& source() const { return source_; }  // what stands behind FROM
  const std::string& line() const { return line_; }      // expressions of type BIGINT
  const std::string& row() const { return row_; }
  const std::vector<DataColumn>& columns() const { return columns_; }
  CsvTable* csv() const { return csv_.get(); }

 private:
  static DataTable open_csv(DuckDbSession& session, const Schema& schema, const std::string& path);
  static DataTable open_parquet(DuckDbSession& session, const std::string& path);

  std::string source_, line_, row_;
  std::vector<DataColumn> columns_;
  std::unique_ptr<CsvTable> csv_;
  UniqueFd file_;
};

// What the schema says, or else what the name says: ".csv", ".tsv", ".parquet" in any case. nullopt: neither.
std::optional<DataFormat> data_format(const Schema& schema, std::string_view path);

}  // namespace dvx
