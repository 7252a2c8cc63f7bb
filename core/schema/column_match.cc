#include "core/schema/column_match.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

namespace dvx {

namespace {

constexpr const char* kRule = "fieldsMatch";

SchemaViolation about(const std::string& column, std::string message) {
  SchemaViolation violation;
  violation.field = column;
  violation.rule = kRule;
  violation.message = std::move(message);
  return violation;
}

bool may_lack_fields(FieldsMatch match) {
  return match == FieldsMatch::Superset || match == FieldsMatch::Partial;
}
bool may_have_more(FieldsMatch match) {
  return match == FieldsMatch::Subset || match == FieldsMatch::Partial;
}

bool starts_with_any(const std::string& text, const auto& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](std::string_view p) { return text.starts_with(p); });
}

// Only asked when the sets are equal: the first column that stands where another should.
void check_order(const Schema& schema, const std::vector<DataColumn>& columns, ColumnMatch& match) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == schema.fields[i].name) continue;
    match.violations.push_back(about(columns[i].name, fmt::format("stands as column {}, where '{}' must be",
                                                                  i + 1, schema.fields[i].name)));
    return;
  }
}

}  // namespace

ColumnMatch match_columns(const Schema& schema, const std::vector<DataColumn>& columns) {
  ColumnMatch match;
  std::map<std::string, std::size_t> column_by_name;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (!column_by_name.emplace(columns[i].name, i).second) {
      match.violations.push_back(about(columns[i].name, "stands twice in the file"));
    }
  }
  std::size_t found = 0;
  for (const SchemaField& field : schema.fields) {
    const auto column = column_by_name.find(field.name);
    if (column != column_by_name.end()) {
      match.column_of_field.emplace_back(column->second);
      ++found;
      continue;
    }
    match.column_of_field.emplace_back();
    if (!may_lack_fields(schema.fields_match))
      match.violations.push_back(about(field.name, "is not in the file"));
  }
  const bool is_field_set_covered = found == schema.fields.size();
  for (const auto& [name, index] : column_by_name) {
    const bool known = std::any_of(schema.fields.begin(), schema.fields.end(),
                                   [&](const SchemaField& field) { return field.name == name; });
    if (!known && !may_have_more(schema.fields_match)) {
      match.violations.push_back(about(name, "is not in the schema"));
    }
  }
  if (schema.fields_match == FieldsMatch::Partial && found == 0) {
    match.violations.push_back(about("", "the file has no column that the schema names"));
  }
  const bool same_set =
      is_field_set_covered && columns.size() == schema.fields.size() && match.violations.empty();
  if (same_set && schema.fields_match == FieldsMatch::Exact) check_order(schema, columns, match);
  return match;
}

bool holds_type(const std::string& sql_type, FieldType type) {
  static constexpr std::array<std::string_view, 10> kIntegers = {
      "TINYINT",  "SMALLINT",  "INTEGER",  "BIGINT",  "HUGEINT",
      "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"};
  static constexpr std::array<std::string_view, 3> kFractions = {"FLOAT", "DOUBLE", "DECIMAL"};
  const bool integer = std::find(kIntegers.begin(), kIntegers.end(), sql_type) != kIntegers.end();
  switch (type) {
    case FieldType::Any:
      return true;
    case FieldType::String:
      return sql_type == "VARCHAR" || sql_type.starts_with("ENUM");
    case FieldType::Integer:
    case FieldType::Year:
      return integer;
    case FieldType::Number:
      return integer || starts_with_any(sql_type, kFractions);
    case FieldType::Boolean:
      return sql_type == "BOOLEAN";
    case FieldType::Date:
      return sql_type == "DATE";
    case FieldType::Datetime:
      return sql_type.starts_with("TIMESTAMP");
    case FieldType::Time:
      return sql_type.starts_with("TIME") && !sql_type.starts_with("TIMESTAMP");
  }
  return false;
}

}  // namespace dvx
