#include "core/schema/infer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/path.h"
#include "core/schema/column_match.h"
#include "core/schema/data_table.h"
#include "core/schema/literal.h"

namespace dvx {

namespace {

using Row = DuckDbSession::Row;

// In the order in which they are tried; what is none of these is a string.
constexpr std::array<FieldType, 6> kGuesses = {FieldType::Integer, FieldType::Number,   FieldType::Boolean,
                                               FieldType::Date,    FieldType::Datetime, FieldType::Time};
// A set of words is a rule when it is small and each was seen often enough to be no accident.
constexpr std::uint64_t kMostWords = 10, kRowsPerWord = 10;

class Inference {
 public:
  Inference(DuckDbSession& session, DataTable& table, const std::string& name)
      : session_(session), table_(table), name_(name) {}

  InferredSchema run(const Schema& assumed) {
    refuse_what_is_no_table();
    InferredSchema result{.schema = assumed, .rows = 0};
    result.schema.fields.clear();
    const Row counts = session_.query(counts_sql()).at(0);
    refuse_malformed_rows();
    result.rows = cell_number(counts[0]);
    if (result.rows > 0) result.schema.minimum_rows = 1;
    std::size_t at = 1;
    for (const DataColumn& column : table_.columns()) {
      result.schema.fields.push_back(field_of(column, counts, at, result.rows));
    }
    return result;
  }

 private:
  [[noreturn]] void refuse(const std::string& message) const {
    throw Error(ErrorKind::Config,
                fmt::format("cannot infer a schema from '{}': {}", display_path(name_), message), {}, name_);
  }

  void refuse_what_is_no_table() const {
    if (table_.is_text() && table_.csv()->is_empty()) refuse("the file is empty");
    if (table_.is_text() && !table_.csv()->header_problem().empty()) {
      refuse("the header " + table_.csv()->header_problem());
    }
    std::set<std::string> names;
    for (const DataColumn& column : table_.columns()) {
      if (!names.insert(column.name).second) refuse(fmt::format("the column '{}' stands twice", column.name));
    }
  }

  void refuse_malformed_rows() const {
    if (!table_.is_text()) return;
    const CsvShape shape = table_.csv()->shape();
    if (shape.problem_count == 0) return;
    refuse(fmt::format("the row of line {} {}", shape.problems[0].line, shape.problems[0].message));
  }

  std::string text_of(const DataColumn& column) const {
    return table_.is_text() ? fmt::format("nullif({}, '')", column.expression)
                            : fmt::format("CAST({} AS VARCHAR)", column.expression);
  }

  // Of a text file the cells that are of the type; of others the column itself where it has the type.
  std::string typed_of(const DataColumn& column, FieldType type) const {
    SchemaField field;
    field.type = type;
    if (table_.is_text()) return typed_sql(field, text_of(column));
    return holds_type(column.sql_type, type) ? column.expression : std::string("NULL");
  }

  // One row: rows, then for each column: values, values like 007, distinct values about, and for each guess
  // the values that fit, the least and the greatest.
  std::string counts_sql() const {
    std::string sql = "SELECT CAST(count(*) AS VARCHAR)";
    for (const DataColumn& column : table_.columns()) {
      const std::string text = text_of(column);
      sql += fmt::format(
          ", CAST(count({0}) AS VARCHAR), CAST(count(*) FILTER (WHERE regexp_full_match({0}, "
          "'[+-]?0[0-9]+')) AS "
          "VARCHAR), CAST(approx_count_distinct({0}) AS VARCHAR)",
          text);
      for (const FieldType guess : kGuesses) {
        const std::string typed = typed_of(column, guess);
        const bool number = guess == FieldType::Number && typed != "NULL";
        const std::string real =
            number ? fmt::format(" FILTER (WHERE NOT isnan(CAST({} AS DOUBLE)))", typed) : "";
        sql += fmt::format(
            ", CAST(count({0}) AS VARCHAR), CAST(min({0}){1} AS VARCHAR), CAST(max({0}){1} AS VARCHAR)",
            typed, real);
      }
    }
    return sql + " FROM " + table_.source();
  }

  SchemaField field_of(const DataColumn& column, const Row& counts, std::size_t& at, std::uint64_t rows) {
    SchemaField field;
    field.name = column.name;
    field.type = FieldType::Any;
    const std::uint64_t values = cell_number(counts[at++]);
    const bool keeps_zeros =
        cell_number(counts[at++]) > 0;  // codes such as 00123, which no number should eat
    const std::uint64_t words = cell_number(counts[at++]);
    field.required = values == rows && rows > 0;
    for (const FieldType guess : kGuesses) {
      const std::uint64_t fitting = cell_number(counts[at]);
      const bool fits = values > 0 && fitting == values && !(keeps_zeros && table_.is_text());
      if (fits && field.type == FieldType::Any) {
        field.type = guess;
        set_bounds(field, counts[at + 1], counts[at + 2]);
      }
      at += 3;
    }
    const bool text = table_.is_text() || holds_type(column.sql_type, FieldType::String);
    if (values > 0 && field.type == FieldType::Any && text) {
      field.type = FieldType::String;
      if (words <= 2 * kMostWords) set_words(field, column, values);  // the estimate may be off by some
    }
    return field;
  }

  static void set_bounds(SchemaField& field, const DuckDbSession::Cell& least,
                         const DuckDbSession::Cell& greatest) {
    if (!is_ordered(field.type)) return;
    if (least && is_literal(*least, field.type)) field.minimum = least;
    if (greatest && is_literal(*greatest, field.type)) field.maximum = greatest;
  }

  void set_words(SchemaField& field, const DataColumn& column, std::uint64_t values) {
    const auto words = session_.query(fmt::format(
        "SELECT word FROM (SELECT DISTINCT {} AS word FROM {}) WHERE word IS NOT NULL ORDER BY word LIMIT {}",
        text_of(column), table_.source(), kMostWords + 1));
    if (words.size() > kMostWords || values < kRowsPerWord * words.size()) return;
    for (const Row& row : words) field.allowed.push_back(*row[0]);
  }

  DuckDbSession& session_;
  DataTable& table_;
  const std::string& name_;
};

}  // namespace

InferredSchema infer_schema(DuckDbSession& session, const Schema& assumed, const std::string& path,
                            const std::string& name) {
  const auto format = data_format(assumed, path);
  if (!format) {
    throw Error(
        ErrorKind::Config,
        fmt::format("cannot infer a schema from '{}': the name does not end in .csv, .tsv or .parquet",
                    display_path(name)),
        {}, name);
  }
  std::optional<DataTable> table;
  try {
    table.emplace(DataTable::open(session, assumed, *format, path));
    return Inference(session, *table, name).run(assumed);
  } catch (const QueryFailure& failure) {
    if (table && table->is_text()) table->csv()->rethrow_scan_failure();
    throw Error(ErrorKind::Config,
                fmt::format("cannot infer a schema from '{}': {}", display_path(name), failure.what()), {},
                name);
  }
}

}  // namespace dvx
