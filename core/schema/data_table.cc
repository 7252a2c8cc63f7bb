#include "core/schema/data_table.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

std::string lower_extension(std::string_view path) {
  std::string extension(dvx::extension(path));
  for (char& c : extension) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return extension;
}

// Table functions live in the database's catalogue, which all sessions share.
std::string unused_function_name() {
  static std::atomic<unsigned> count = 0;
  return fmt::format("dvx_csv_{}", ++count);
}

}  // namespace

std::optional<DataFormat> data_format(const Schema& schema, std::string_view path) {
  if (schema.format != DataFormat::ByExtension) return schema.format;
  const std::string extension = lower_extension(path);
  if (extension == ".csv" || extension == ".tsv") return DataFormat::Csv;
  if (extension == ".parquet") return DataFormat::Parquet;
  return std::nullopt;
}

DataTable DataTable::open(DuckDbSession& session, const Schema& schema, DataFormat format,
                          const std::string& path) {
  return format == DataFormat::Parquet ? open_parquet(session, path) : open_csv(session, schema, path);
}

DataTable DataTable::open_csv(DuckDbSession& session, const Schema& schema, const std::string& path) {
  const char by_extension = lower_extension(path) == ".tsv" ? '\t' : ',';
  DataTable table;
  table.csv_ = std::make_unique<CsvTable>(
      path, CsvDialect{schema.delimiter.value_or(by_extension), schema.quote}, schema.header);
  table.line_ = "line";
  table.row_ = "row";
  for (std::size_t i = 0; i < table.csv_->columns(); ++i) {
    std::string name;
    if (schema.header == CsvHeader::Present) {
      name = table.csv_->header()[i];
    } else {
      name = i < schema.fields.size() ? schema.fields[i].name : fmt::format("{}", i + 1);
    }
    table.columns_.push_back({std::move(name), CsvTable::column(i), "VARCHAR"});
  }
  const std::string function = unused_function_name();
  if (!table.csv_->is_empty()) table.csv_->register_with(session, function);
  table.source_ = function + "()";
  return table;
}

DataTable DataTable::open_parquet(DuckDbSession& session, const std::string& path) {
  DataTable table;
  // By descriptor: DuckDB would take '*' and '[' in a name for a pattern, and names that are no UTF-8 not at
  // all.
  table.file_ = open_file(path, O_RDONLY);
  const std::string file = sql_text(fmt::format("/proc/self/fd/{}", table.file_.get()));
  const std::string options = "hive_partitioning=false, union_by_name=false";
  const auto described = session.query(fmt::format(
      "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({}, {}))", file, options));
  for (const auto& row : described) {
    table.columns_.push_back({row[0].value_or(""), sql_name(row[0].value_or("")), row[1].value_or("")});
  }
  table.source_ = fmt::format("read_parquet({}, {}, file_row_number=true)", file, options);
  table.line_ = "CAST(NULL AS BIGINT)";
  table.row_ = "file_row_number + 1";
  return table;
}

}  // namespace dvx
