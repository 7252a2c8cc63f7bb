// A schema file `x.schema.yaml` as text gives it: fields and rules in the words of Frictionless Table Schema
// (docs/schema.md). No disk, no data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/text/yaml.h"
#include "core/schema/csv_reader.h"
#include "core/schema/csv_table.h"

namespace dvx {

enum class FieldType { Any, String, Integer, Number, Boolean, Date, Datetime, Time, Year };
std::string_view field_type_name(FieldType type);  // "integer"

struct SchemaField {
  std::string name;
  FieldType type = FieldType::Any;
  std::string format;  // of dates and times, in strptime's words; "" is ISO 8601
  TextPosition position, format_position;
  bool required = false, unique = false;
  std::optional<std::string> minimum, maximum;  // as written; checked to be of the field's type
  std::optional<std::string> pattern;
  TextPosition pattern_position;
  std::vector<std::string> allowed;  // `enum`; empty is no rule
};

enum class DataFormat { ByExtension, Csv, Parquet };

// How the file's columns relate to the fields; words and meaning are Frictionless'.
enum class FieldsMatch { Exact, Equal, Subset, Superset, Partial };

struct Schema {
  std::string file;  // for messages
  DataFormat format = DataFormat::ByExtension;
  std::optional<char> delimiter;  // nullopt: by extension
  char quote = '"';
  CsvHeader header = CsvHeader::Present;
  std::vector<std::string> missing_values = {""};  // of text files
  FieldsMatch fields_match = FieldsMatch::Exact;
  std::vector<std::string> files;  // globs of the files that are meant in a directory; empty: by extension
  std::optional<std::uint64_t> minimum_rows, maximum_rows;
  std::vector<SchemaField> fields;
};

// Error{Config} with "file:line:column: …" for anything that is not exactly a schema: an unknown rule is
// never passed over.
Schema parse_schema(std::string_view text, const std::string& file);

std::string serialize_schema(const Schema& schema);  // what parse_schema() reads; for `dvx schema infer`

}  // namespace dvx
