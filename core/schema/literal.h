// The written form of values of each field type: the one grammar for bounds in a schema and for cells in a
// text file. Docs: docs/schema.md, "Types". Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/schema/schema_file.h"

namespace dvx {

bool is_ordered(FieldType type);                         // minimum and maximum make sense
std::string_view type_phrase(FieldType type);            // "an integer", "a date as YYYY-MM-DD"
bool is_literal(std::string_view text, FieldType type);  // by form alone: the 31st of February passes

// The value of the VARCHAR expression `text` as SQL compares it; NULL when it is missing or not of the type.
std::string typed_sql(const SchemaField& field, const std::string& text);
// A bound or an `enum` value of the schema, as typed_sql() gives cells. Bounds of dates are ISO 8601 always.
std::string literal_sql(FieldType type, std::string_view literal);

}  // namespace dvx
