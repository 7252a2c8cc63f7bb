#include "core/schema/csv_table.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"

namespace dvx {

// One reading of the table; lives from a query's init to its end.
class CsvScan {
 public:
  CsvScan(CsvTable& table, std::vector<duckdb::Index> projected)
      : table_(table), projected_(std::move(projected)), reader_(table.path_, table.dialect_) {
    if (table_.header_kind_ == CsvHeader::Present) reader_.next();
  }

  // Fills `chunk`; leaves it empty at the end.
  void fill(const duckdb::Functions& duckdb, duckdb::Handle chunk) {
    throw_if_interrupted();
    std::vector<Output> outputs = outputs_of(duckdb, chunk);
    const duckdb::Index capacity = duckdb.vector_size();
    duckdb::Index size = 0;
    while (size < capacity && next_row()) {
      for (const Output& output : outputs) put(duckdb, output, size);
      ++size;
    }
    duckdb.data_chunk_set_size(chunk, size);
    if (size == 0) table_.keep_shape(shape_);
  }

  CsvTable& table() { return table_; }

 private:
  enum : duckdb::Index { kLine = 0, kRow = 1, kFirstCell = 2 };
  struct Output {
    duckdb::Index column;
    duckdb::Handle vector;
    std::int64_t* numbers;  // of the data of `line` and `row`
  };

  std::vector<Output> outputs_of(const duckdb::Functions& duckdb, duckdb::Handle chunk) const {
    std::vector<Output> outputs;
    for (duckdb::Index i = 0; i < projected_.size(); ++i) {
      // Columns beyond the table are DuckDB's own (a row id for count(*)): nobody reads them.
      if (projected_[i] >= kFirstCell + table_.columns_) continue;
      duckdb::Handle vector = duckdb.data_chunk_get_vector(chunk, i);
      auto* numbers =
          projected_[i] < kFirstCell ? static_cast<std::int64_t*>(duckdb.vector_get_data(vector)) : nullptr;
      outputs.push_back({projected_[i], vector, numbers});
    }
    return outputs;
  }

  void put(const duckdb::Functions& duckdb, const Output& output, duckdb::Index row) const {
    if (output.column == kLine) {
      output.numbers[row] = static_cast<std::int64_t>(reader_.line());
    } else if (output.column == kRow) {
      output.numbers[row] = static_cast<std::int64_t>(shape_.rows);
    } else {
      const std::string_view cell = reader_.cells()[output.column - kFirstCell];
      duckdb.vector_assign_string_element_len(output.vector, row, cell.data(), cell.size());
    }
  }

  // Goes to the next record that is a row, noting those that are not.
  bool next_row() {
    while (reader_.next()) {
      if (reader_.blank() && table_.columns_ != 1) continue;  // as Python's csv module and spreadsheets do
      ++shape_.rows;
      std::string problem = problem_of_record();
      if (problem.empty()) return true;
      if (shape_.problem_count++ < CsvTable::kKeptProblems) {
        shape_.problems.push_back({reader_.line(), shape_.rows, std::move(problem)});
      }
    }
    return false;
  }

  std::string problem_of_record() const {
    if (!reader_.problem().empty()) return reader_.problem();
    const std::size_t cells = reader_.cells().size();
    if (cells == table_.columns_) return {};
    return fmt::format("has {} cell{}, must have {}", cells, cells == 1 ? "" : "s", table_.columns_);
  }

  CsvTable& table_;
  std::vector<duckdb::Index> projected_;
  CsvReader reader_;
  CsvShape shape_;
};

namespace {

const duckdb::Functions& functions() {
  return loaded_duckdb();
}

CsvTable& table_of(void* extra_info) {
  return *static_cast<CsvTable*>(extra_info);
}

void bind_table(duckdb::Handle info) {
  const duckdb::Functions& duckdb = functions();
  const CsvTable& table = table_of(duckdb.bind_get_extra_info(info));
  duckdb::Handle number = duckdb.create_logical_type(duckdb::kTypeBigint);
  duckdb::Handle text = duckdb.create_logical_type(duckdb::kTypeVarchar);
  duckdb.bind_add_result_column(info, "line", number);
  duckdb.bind_add_result_column(info, "row", number);
  for (std::size_t i = 0; i < table.columns(); ++i) {
    duckdb.bind_add_result_column(info, CsvTable::column(i).c_str(), text);
  }
  duckdb.destroy_logical_type(&number);
  duckdb.destroy_logical_type(&text);
}

// Exceptions must not travel through DuckDB: they wait in the table for rethrow_scan_failure().
void begin_scan(duckdb::Handle info) {
  const duckdb::Functions& duckdb = functions();
  CsvTable& table = table_of(duckdb.init_get_extra_info(info));
  std::vector<duckdb::Index> projected(duckdb.init_get_column_count(info));
  for (std::size_t i = 0; i < projected.size(); ++i) projected[i] = duckdb.init_get_column_index(info, i);
  duckdb.init_set_max_threads(info, 1);  // rows come in the order of the file
  try {
    auto scan = std::make_unique<CsvScan>(table, std::move(projected));
    duckdb.init_set_init_data(info, scan.release(), [](void* data) { delete static_cast<CsvScan*>(data); });
  } catch (...) {
    table.keep_scan_failure(std::current_exception());
    duckdb.init_set_error(info, "the file cannot be read");
  }
}

void continue_scan(duckdb::Handle info, duckdb::Handle chunk) {
  const duckdb::Functions& duckdb = functions();
  auto& scan = *static_cast<CsvScan*>(duckdb.function_get_init_data(info));
  try {
    scan.fill(duckdb, chunk);
  } catch (...) {
    scan.table().keep_scan_failure(std::current_exception());
    duckdb.function_set_error(info, "the file cannot be read");
  }
}

}  // namespace

CsvTable::CsvTable(std::string path, CsvDialect dialect, CsvHeader header)
    : path_(std::move(path)), dialect_(dialect), header_kind_(header) {
  CsvReader reader(path_, dialect_);
  if (!reader.next()) return;
  columns_ = reader.cells().size();
  if (header == CsvHeader::Absent) return;
  header_problem_ = reader.problem();
  header_.assign(reader.cells().begin(), reader.cells().end());
}

void CsvTable::register_with(DuckDbSession& session, const std::string& name) {
  const duckdb::Functions& duckdb = session.functions();
  duckdb::Handle function = duckdb.create_table_function();
  duckdb.table_function_set_name(function, name.c_str());
  duckdb.table_function_set_extra_info(function, this, nullptr);
  duckdb.table_function_set_bind(function, bind_table);
  duckdb.table_function_set_init(function, begin_scan);
  duckdb.table_function_set_function(function, continue_scan);
  duckdb.table_function_supports_projection_pushdown(function, true);
  const int state = duckdb.register_table_function(session.handle(), function);
  duckdb.destroy_table_function(&function);
  if (state != duckdb::kSuccess) {
    throw Error(ErrorKind::Internal, fmt::format("cannot register '{}' with DuckDB", name), {}, path_);
  }
}

CsvShape CsvTable::shape() const {
  const std::lock_guard lock(mutex_);
  return shape_;
}

void CsvTable::keep_shape(CsvShape shape) {
  const std::lock_guard lock(mutex_);
  shape_ = std::move(shape);
}

void CsvTable::keep_scan_failure(std::exception_ptr failure) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(failure);
}

void CsvTable::rethrow_scan_failure() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

}  // namespace dvx
