// A CSV file as a table of DuckDB: columns `line` and `row` (BIGINT) and `c0`, `c1`, … (VARCHAR, as written).
//
// DuckDB judges the values, but the text is cut by our own CsvReader: so every row knows its line whatever
// the cells hold, nothing is guessed about types, and rows of the wrong shape are reported instead of ending
// the scan. Each query reads the file once, with the columns it asks for.
//
// The table outlives the session it is registered with. Scans happen inside of query(), on DuckDB's threads.
#pragma once

#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <vector>

#include "core/schema/csv_reader.h"
#include "core/schema/duckdb_session.h"

namespace dvx {

enum class CsvHeader { Present, Absent };

// A record that is not a row: too few or too many cells, bad quoting, bytes that are no UTF-8.
struct CsvProblem {
  std::uint64_t line = 0, row = 0;
  std::string message;
};

struct CsvShape {
  std::uint64_t rows = 0;  // all records but the header, malformed ones included
  std::uint64_t problem_count = 0;
  std::vector<CsvProblem> problems;  // the first few
};

class CsvTable {
 public:
  static constexpr std::size_t kKeptProblems = 20;

  // Reads the header, or without one takes the number of columns from the first record.
  CsvTable(std::string path, CsvDialect dialect, CsvHeader header);
  CsvTable(const CsvTable&) = delete;
  CsvTable& operator=(const CsvTable&) = delete;

  const std::string& path() const { return path_; }
  bool is_empty() const { return columns_ == 0; }                     // not even a header
  const std::vector<std::string>& header() const { return header_; }  // empty without one
  std::size_t columns() const { return columns_; }
  const std::string& header_problem() const { return header_problem_; }

  // Afterwards `SELECT … FROM <name>()` reads the file.
  void register_with(DuckDbSession& session, const std::string& name);
  // What the last scan that reached the end saw.
  CsvShape shape() const;
  // Throws what stopped a scan from within (the file vanished, Ctrl-C), if anything did.
  void rethrow_scan_failure();

  // For scans.
  void keep_shape(CsvShape shape);
  void keep_scan_failure(std::exception_ptr failure);

  static std::string column(std::size_t index) { return "c" + std::to_string(index); }

 private:
  friend class CsvScan;

  std::string path_;
  CsvDialect dialect_;
  CsvHeader header_kind_;
  std::vector<std::string> header_;
  std::size_t columns_ = 0;
  std::string header_problem_;
  mutable std::mutex mutex_;  // of the two below: a query may scan the table twice at once
  CsvShape shape_;
  std::exception_ptr failure_;
};

}  // namespace dvx
