#include "core/schema/literal.h"

#include <fmt/format.h>

#include <array>
#include <regex>
#include <vector>

#include "core/schema/duckdb_session.h"

namespace dvx {

namespace {

struct TypeRow {
  FieldType type;
  const char* phrase;
  const char* grammar;   // of the written form; "" when anything will do. RE2 and ECMAScript read it alike.
  const char* sql_type;  // what it is compared as
  bool ordered;
};

// HUGEINT: every integer up to 38 digits is compared exactly; DuckDB's cast alone would round "1.5" to 2, so
// the grammar comes first.
constexpr std::array<TypeRow, 9> kRows = {{
    {FieldType::Any, "a value", "", "VARCHAR", false},
    {FieldType::String, "a string", "", "VARCHAR", false},
    {FieldType::Integer, "an integer", "[+-]?[0-9]+", "HUGEINT", true},
    {FieldType::Number, "a number", "[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?|NaN|-?INF",
     "DOUBLE", true},
    {FieldType::Boolean, "a boolean: true, false, 1 or 0", "true|True|TRUE|false|False|FALSE|1|0", "BOOLEAN",
     false},
    {FieldType::Date, "a date as YYYY-MM-DD", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "DATE", true},
    {FieldType::Datetime, "a date and time as YYYY-MM-DDThh:mm:ss",
     "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?",
     "TIMESTAMP", true},
    {FieldType::Time, "a time as hh:mm:ss", "[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?", "TIME", true},
    {FieldType::Year, "a year as YYYY", "[0-9]{4}", "INTEGER", true},
}};

const TypeRow& row_of(FieldType type) {
  return kRows[static_cast<std::size_t>(type)];
}

}  // namespace

bool is_ordered(FieldType type) {
  return row_of(type).ordered;
}
std::string_view type_phrase(FieldType type) {
  return row_of(type).phrase;
}

bool is_literal(std::string_view text, FieldType type) {
  constexpr std::size_t kLongest = 38;  // digits of a HUGEINT; nothing typed is longer
  static const std::vector<std::regex> grammars = [] {
    std::vector<std::regex> result;
    for (const TypeRow& row : kRows) result.emplace_back(row.grammar);
    return result;
  }();
  if (*row_of(type).grammar == '\0') return true;
  return text.size() <= kLongest &&
         std::regex_match(text.begin(), text.end(), grammars[static_cast<std::size_t>(type)]);
}

std::string typed_sql(const SchemaField& field, const std::string& text) {
  const TypeRow& row = row_of(field.type);
  if (*row.grammar == '\0') return text;
  if (!field.format.empty()) {
    return fmt::format("CAST(try_strptime({}, {}) AS {})", text, sql_text(field.format), row.sql_type);
  }
  // The short way for nearly every cell: what prints as it is written is an integer.
  const std::string shortcut =
      field.type == FieldType::Integer
          ? fmt::format("WHEN CAST(TRY_CAST({0} AS BIGINT) AS VARCHAR) = {0} THEN TRY_CAST({0} AS HUGEINT) ",
                        text)
          : std::string();
  return fmt::format("CASE {}WHEN regexp_full_match({}, {}) THEN TRY_CAST({} AS {}) END", shortcut, text,
                     sql_text(row.grammar), text, row.sql_type);
}

std::string literal_sql(FieldType type, std::string_view literal) {
  return fmt::format("CAST({} AS {})", sql_text(literal), row_of(type).sql_type);
}

}  // namespace dvx
