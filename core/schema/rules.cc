#include "core/schema/rules.h"

#include <fmt/format.h>

#include "core/schema/duckdb_session.h"
#include "core/schema/literal.h"

namespace dvx {

namespace {

std::string type_message(const SchemaField& field) {
  if (field.format.empty()) return fmt::format("must be {}", type_phrase(field.type));
  return fmt::format("must be a {} as {}", field_type_name(field.type), field.format);
}

// DuckDB sorts NaN above all numbers; for a bound it is a violation on either side.
std::string beyond(const SchemaField& field, const CellSql& cell, std::string_view comparison,
                   const std::string& bound) {
  const std::string condition =
      fmt::format("{} {} {}", cell.typed, comparison, literal_sql(field.type, bound));
  if (field.type != FieldType::Number) return condition;
  return fmt::format("({} OR isnan(CAST({} AS DOUBLE)))", condition, cell.typed);
}

std::string not_allowed(const SchemaField& field, const CellSql& cell) {
  std::vector<std::string> values;
  for (const std::string& value : field.allowed) values.push_back(literal_sql(field.type, value));
  return fmt::format("{} NOT IN ({})", cell.typed, fmt::join(values, ", "));
}

}  // namespace

std::vector<RowRule> row_rules(const SchemaField& field, const CellSql& cell, CellKind kind) {
  std::vector<RowRule> rules;
  if (field.required) rules.push_back({"required", cell.text + " IS NULL", "a value is required"});
  if (kind == CellKind::Text && field.type != FieldType::Any && field.type != FieldType::String) {
    rules.push_back(
        {"type", fmt::format("{} IS NOT NULL AND {} IS NULL", cell.text, cell.typed), type_message(field)});
  }
  if (field.minimum) {
    rules.push_back(
        {"minimum", beyond(field, cell, "<", *field.minimum), "must be at least " + *field.minimum});
  }
  if (field.maximum) {
    rules.push_back(
        {"maximum", beyond(field, cell, ">", *field.maximum), "must be at most " + *field.maximum});
  }
  if (!field.allowed.empty()) {
    rules.push_back(
        {"enum", not_allowed(field, cell), fmt::format("must be one of {}", fmt::join(field.allowed, ", "))});
  }
  if (field.pattern) {
    rules.push_back({"pattern",
                     fmt::format("NOT regexp_full_match({}, {})", cell.text, sql_text(*field.pattern)),
                     fmt::format("must match {}", *field.pattern)});
  }
  return rules;
}

}  // namespace dvx
