#include "core/schema/file_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/path.h"
#include "core/schema/column_match.h"
#include "core/schema/data_table.h"
#include "core/schema/literal.h"
#include "core/schema/rules.h"

namespace dvx {

namespace {

using Row = DuckDbSession::Row;

std::optional<std::uint64_t> optional_number(const DuckDbSession::Cell& cell) {
  return cell ? std::optional(cell_number(cell)) : std::nullopt;
}

Error engine_failure(const QueryFailure& failure, const std::string& path) {
  if (failure.out_of_memory()) {
    return Error(ErrorKind::Io, fmt::format("cannot check '{}': {}", display_path(path), failure.what()),
                 "free some space for temporary files and run the command again", path);
  }
  return Error(ErrorKind::Internal, fmt::format("cannot check '{}': {}", display_path(path), failure.what()),
               {}, path);
}

// One field that has a column, and the names of its cells in the query.
struct CheckedField {
  const SchemaField* field;
  std::size_t order;  // in the schema
  CellSql cell;
  std::string raw;  // as the file has it
  std::vector<RowRule> rules;
  std::vector<std::uint64_t> counts;  // violations of each rule
  std::uint64_t repeated = 0;         // rows whose value stood before
  bool unique = false;
};

// The story of one file: columns, then one query that counts everything, then the rows that broke something.
class FileCheck {
 public:
  FileCheck(DuckDbSession& session, const Schema& schema, DataTable& table)
      : session_(session), schema_(schema), table_(table) {}

  FileVerdict run() {
    if (is_unreadable_as_table()) return finish();
    match();
    count();
    add_shape_violations();
    add_row_count_violations();
    add_row_violations();
    for (const CheckedField& field : fields_) {
      if (field.repeated > 0) add_repeated_values(field);
    }
    return finish();
  }

 private:
  void add(SchemaViolation violation, std::size_t order = 0) {
    violations_.emplace_back(order, std::move(violation));
  }

  void add_and_count(SchemaViolation violation) {
    ++verdict_.violation_count;
    add(std::move(violation));
  }

  bool is_unreadable_as_table() {
    if (!table_.is_text()) return false;
    if (table_.csv()->is_empty() && schema_.header == CsvHeader::Present) {
      add_and_count({.line = 1, .rule = "shape", .message = "the file is empty: not even a header"});
      return true;
    }
    if (!table_.csv()->header_problem().empty()) {
      add_and_count({.line = 1, .rule = "shape", .message = "the header " + table_.csv()->header_problem()});
      return true;
    }
    return false;
  }

  void match() {
    ColumnMatch match = match_columns(schema_, table_.columns());
    for (SchemaViolation& violation : match.violations) {
      if (table_.is_text() && schema_.header == CsvHeader::Present) violation.line = 1;
      add_and_count(std::move(violation));
    }
    for (std::size_t i = 0; i < schema_.fields.size(); ++i) {
      if (match.column_of_field[i]) add_field(i, table_.columns()[*match.column_of_field[i]]);
    }
  }

  void add_field(std::size_t order, const DataColumn& column) {
    const SchemaField& field = schema_.fields[order];
    if (!table_.is_text() && !holds_type(column.sql_type, field.type)) {
      add_and_count({.field = field.name,
                     .rule = "type",
                     .value = column.sql_type,
                     .message = fmt::format("must hold values that are each {}", type_phrase(field.type))});
      return;
    }
    CheckedField checked{.field = &field,
                         .order = order,
                         .cell = {},
                         .raw = fmt::format("raw{}", order),
                         .rules = {},
                         .counts = {},
                         .unique = field.unique};
    checked.cell = {fmt::format("text{}", order), fmt::format("typed{}", order)};
    checked.rules = row_rules(field, checked.cell, table_.is_text() ? CellKind::Text : CellKind::Typed);
    define_cells(checked, column);
    fields_.push_back(std::move(checked));
  }

  // Text in two steps, so that each cell is looked up in missingValues and cast once, however many rules ask.
  void define_cells(const CheckedField& checked, const DataColumn& column) {
    inner_ += fmt::format(", {} AS {}", column.expression, checked.raw);
    if (!table_.is_text()) {
      outer_ += fmt::format(", CAST({0} AS VARCHAR) AS {1}, {0} AS {2}", checked.raw, checked.cell.text,
                            checked.cell.typed);
      return;
    }
    std::vector<std::string> missing;
    for (const std::string& value : schema_.missing_values) missing.push_back(sql_text(value));
    const std::string text = missing.empty() ? column.expression
                                             : fmt::format("CASE WHEN {0} NOT IN ({1}) THEN {0} END",
                                                           column.expression, fmt::join(missing, ", "));
    inner_ += fmt::format(", {} AS {}", text, checked.cell.text);
    outer_ += fmt::format(", {} AS {}", typed_sql(*checked.field, checked.cell.text), checked.cell.typed);
  }

  std::string rows_sql() const {
    return fmt::format("(SELECT *{} FROM (SELECT {} AS at_line, {} AS at_row{} FROM {}))", outer_,
                       table_.line(), table_.row(), inner_, table_.source());
  }

  void count() {
    if (table_.is_text() && table_.csv()->is_empty()) return;  // no header wanted, no rows there
    std::string sql = "SELECT CAST(count(*) AS VARCHAR)";
    for (const CheckedField& field : fields_) {
      for (const RowRule& rule : field.rules) {
        sql += fmt::format(", CAST(count(*) FILTER (WHERE {}) AS VARCHAR)", rule.condition);
      }
      if (field.unique)
        sql += fmt::format(", CAST(count({0}) - count(DISTINCT {0}) AS VARCHAR)", field.cell.typed);
    }
    const Row result = session_.query(sql + " FROM " + rows_sql()).at(0);
    verdict_.rows = cell_number(result[0]);
    std::size_t column = 1;
    for (CheckedField& field : fields_) {
      for (std::size_t i = 0; i < field.rules.size(); ++i)
        field.counts.push_back(cell_number(result[column++]));
      if (field.unique) field.repeated = cell_number(result[column++]);
      for (const std::uint64_t n : field.counts) verdict_.violation_count += n;
      verdict_.violation_count += field.repeated;
    }
  }

  void add_shape_violations() {
    if (!table_.is_text()) return;
    const CsvShape shape = table_.csv()->shape();
    verdict_.rows = shape.rows;
    verdict_.violation_count += shape.problem_count;
    for (const CsvProblem& problem : shape.problems) {
      add({.line = problem.line,
           .row = problem.row,
           .rule = "shape",
           .message = "the row " + problem.message});
    }
  }

  void add_row_count_violations() {
    const std::uint64_t rows = verdict_.rows;
    const std::string found = fmt::format("{} row{}", rows, rows == 1 ? "" : "s");
    if (schema_.minimum_rows && rows < *schema_.minimum_rows) {
      add_and_count({.rule = "rowCount",
                     .value = found,
                     .message = fmt::format("must be at least {}", *schema_.minimum_rows)});
    }
    if (schema_.maximum_rows && rows > *schema_.maximum_rows) {
      add_and_count({.rule = "rowCount",
                     .value = found,
                     .message = fmt::format("must be at most {}", *schema_.maximum_rows)});
    }
  }

  // The first rows that break any rule, with one flag a rule: the first violations are among them.
  void add_row_violations() {
    std::vector<std::pair<const CheckedField*, const RowRule*>> broken;
    for (const CheckedField& field : fields_) {
      for (std::size_t i = 0; i < field.counts.size() && i < field.rules.size(); ++i) {
        if (field.counts[i] > 0) broken.emplace_back(&field, &field.rules[i]);
      }
    }
    if (broken.empty()) return;
    std::string columns, any;
    for (const auto& [field, rule] : broken) {
      columns += fmt::format(", CASE WHEN {} THEN 't' END, CAST({} AS VARCHAR)", rule->condition, field->raw);
      any += fmt::format("{}({})", any.empty() ? "" : " OR ", rule->condition);
    }
    const auto rows =
        session_.query(fmt::format("SELECT CAST(at_row AS VARCHAR), CAST(at_line AS VARCHAR){} FROM {} WHERE "
                                   "{} ORDER BY at_row LIMIT {}",
                                   columns, rows_sql(), any, kKeptViolations));
    for (const Row& row : rows) {
      for (std::size_t i = 0; i < broken.size(); ++i) {
        if (row[2 + 2 * i]) add_row_violation(row, *broken[i].first, *broken[i].second, row[3 + 2 * i]);
      }
    }
  }

  void add_row_violation(const Row& row, const CheckedField& field, const RowRule& rule,
                         const DuckDbSession::Cell& value) {
    add({.line = optional_number(row[1]),
         .row = optional_number(row[0]),
         .field = field.field->name,
         .rule = rule.rule,
         .value = value.value_or(""),
         .message = rule.message},
        field.order);
  }

  void add_repeated_values(const CheckedField& field) {
    const auto rows = session_.query(fmt::format(
        "WITH t AS (SELECT at_row, at_line, {0}, {1} FROM {2}), "
        "first AS (SELECT {0} AS value, min(at_row) AS row, min(at_line) AS line FROM t WHERE {0} IS NOT "
        "NULL "
        "GROUP BY {0} HAVING count(*) > 1) "
        "SELECT CAST(at_row AS VARCHAR), CAST(at_line AS VARCHAR), CAST({1} AS VARCHAR), CAST(first.row AS "
        "VARCHAR), "
        "CAST(first.line AS VARCHAR) FROM t JOIN first ON t.{0} = first.value WHERE at_row > first.row "
        "ORDER BY at_row LIMIT {3}",
        field.cell.typed, field.raw, rows_sql(), kKeptViolations));
    for (const Row& row : rows) {
      const std::string place =
          row[4] ? fmt::format("line {}", *row[4]) : fmt::format("row {}", row[3].value_or(""));
      const RowRule rule{"unique", "", fmt::format("must be unique, and is already in {}", place)};
      add_row_violation(row, field, rule, row[2]);
    }
  }

  FileVerdict finish() {
    std::stable_sort(violations_.begin(), violations_.end(), [](const auto& a, const auto& b) {
      return std::tuple(a.second.row.value_or(0), a.first) < std::tuple(b.second.row.value_or(0), b.first);
    });
    if (violations_.size() > kKeptViolations) violations_.resize(kKeptViolations);
    for (auto& [order, violation] : violations_) verdict_.violations.push_back(std::move(violation));
    return std::move(verdict_);
  }

  DuckDbSession& session_;
  const Schema& schema_;
  DataTable& table_;
  std::vector<CheckedField> fields_;
  std::string inner_, outer_;                                        // columns of the two steps of rows_sql()
  std::vector<std::pair<std::size_t, SchemaViolation>> violations_;  // with the order of the field
  FileVerdict verdict_;
};

FileVerdict not_of_the_format(const QueryFailure& failure) {
  FileVerdict verdict;
  verdict.violation_count = 1;
  verdict.violations.push_back(
      {.rule = "format", .message = fmt::format("cannot be read as Parquet: {}", failure.what())});
  return verdict;
}

[[noreturn]] void refuse(const Schema& schema, TextPosition at, const std::string& message) {
  throw Error(ErrorKind::Config,
              fmt::format("{}:{}:{}: {}", display_path(schema.file), at.line, at.column, message), {},
              schema.file);
}

}  // namespace

FileVerdict check_data_file(DuckDbSession& session, const Schema& schema, DataFormat format,
                            const std::string& path) {
  std::optional<DataTable> table;
  try {
    table.emplace(DataTable::open(session, schema, format, path));
    return FileCheck(session, schema, *table).run();
  } catch (const QueryFailure& failure) {
    if (table && table->is_text()) table->csv()->rethrow_scan_failure();
    if (format == DataFormat::Parquet && !failure.out_of_memory()) return not_of_the_format(failure);
    throw engine_failure(failure, path);
  }
}

void check_schema_values(DuckDbSession& session, const Schema& schema) {
  for (const SchemaField& field : schema.fields) {
    const auto works = [&](const std::string& expression) {
      try {
        session.execute("SELECT " + expression);
        return true;
      } catch (const QueryFailure&) {
        return false;
      }
    };
    if (field.pattern && !works(fmt::format("regexp_full_match('', {})", sql_text(*field.pattern)))) {
      refuse(schema, field.pattern_position, fmt::format("'{}' is not a regular expression", *field.pattern));
    }
    if (!field.format.empty() && !works(fmt::format("try_strptime('', {})", sql_text(field.format)))) {
      refuse(schema, field.format_position,
             fmt::format("'{}' is not a format of dates and times", field.format));
    }
    std::vector<std::string> values = field.allowed;
    if (field.minimum) values.push_back(*field.minimum);
    if (field.maximum) values.push_back(*field.maximum);
    const bool calendar =
        field.type == FieldType::Date || field.type == FieldType::Datetime || field.type == FieldType::Time;
    for (const std::string& value : values) {
      if (calendar && !works(literal_sql(field.type, value))) {
        refuse(schema, field.position,
               fmt::format("'{}' of field '{}' is not {}", value, field.name, type_phrase(field.type)));
      }
    }
  }
}

}  // namespace dvx
