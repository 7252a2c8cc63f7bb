#include "core/schema/schema_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/nearest_word.h"
#include "core/schema/literal.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

template <typename Value>
struct Word {
  using Type = Value;
  std::string_view text;
  Value value;
};

constexpr std::array<Word<FieldType>, 9> kTypes = {{
    {"any", FieldType::Any},
    {"string", FieldType::String},
    {"integer", FieldType::Integer},
    {"number", FieldType::Number},
    {"boolean", FieldType::Boolean},
    {"date", FieldType::Date},
    {"datetime", FieldType::Datetime},
    {"time", FieldType::Time},
    {"year", FieldType::Year},
}};
constexpr std::array<Word<FieldsMatch>, 5> kFieldsMatch = {{
    {"exact", FieldsMatch::Exact},
    {"equal", FieldsMatch::Equal},
    {"subset", FieldsMatch::Subset},
    {"superset", FieldsMatch::Superset},
    {"partial", FieldsMatch::Partial},
}};
constexpr std::array<Word<DataFormat>, 3> kFormats = {{
    {"csv", DataFormat::Csv},
    {"tsv", DataFormat::Csv},
    {"parquet", DataFormat::Parquet},
}};

// Words of Frictionless and of data contracts that dvx knows of and does not check: never passed over in
// silence.
constexpr std::array<std::string_view, 17> kNotSupported = {
    "primaryKey",       "foreignKeys",      "uniqueKeys", "quality",     "minLength",  "maxLength",
    "exclusiveMinimum", "exclusiveMaximum", "jsonSchema", "rdfType",     "categories", "categoriesOrdered",
    "decimalChar",      "groupChar",        "trueValues", "falseValues", "bareNumber",
};

// Knows the file's name, so that every step can point at a place in it.
class SchemaParser {
 public:
  explicit SchemaParser(const std::string& file) : file_(file) { schema_.file = file; }

  Schema parse(const YamlNode& root) {
    if (root.kind() != Kind::Map)
      fail(root, fmt::format("a schema is a map, not {}", root.kind_name()), "dvx schema infer <data>");
    known(root, {"fields", "missingValues", "fieldsMatch", "rowCount", "format", "dialect", "files", "name",
                 "title", "description"});
    if (const YamlNode* node = root.find("format")) parse_format(*node);
    if (const YamlNode* node = root.find("dialect")) parse_dialect(*node);
    if (const YamlNode* node = root.find("missingValues"))
      schema_.missing_values = texts(*node, "missingValues");
    if (const YamlNode* node = root.find("fieldsMatch")) {
      schema_.fields_match = word(*node, kFieldsMatch, "fieldsMatch");
    }
    if (const YamlNode* node = root.find("files")) parse_files(*node);
    if (const YamlNode* node = root.find("rowCount")) parse_row_count(*node);
    parse_fields(root);
    return std::move(schema_);
  }

 private:
  [[noreturn]] void fail(const YamlNode& node, const std::string& message,
                         const std::string& hint = {}) const {
    yaml_error(node, file_, message, hint);
  }

  // Refuses unknown keys; those of later versions with a message of their own.
  void known(const YamlNode& map, const std::vector<std::string_view>& words) const {
    for (const auto& [key, value] : map.fields()) {
      if (std::find(kNotSupported.begin(), kNotSupported.end(), key.scalar()) != kNotSupported.end()) {
        fail(key, fmt::format("the rule '{}' is not supported yet", key.scalar()),
             fmt::format("remove '{}': dvx does not pass over a rule it cannot check", key.scalar()));
      }
    }
    yaml_known_fields(map, file_, words);
  }

  template <typename Words>
  typename Words::value_type::Type word(const YamlNode& node, const Words& words,
                                        std::string_view what) const {
    const std::string& text = yaml_string(node, file_, what);
    std::vector<std::string_view> choices;
    for (const auto& candidate : words) {
      if (candidate.text == text) return candidate.value;
      choices.push_back(candidate.text);
    }
    const auto near = nearest_word(text, choices);
    fail(node, fmt::format("{} '{}' is not known: it is one of {}", what, text, fmt::join(choices, ", ")),
         near ? fmt::format("did you mean '{}'?", *near) : std::string());
  }

  // A scalar as written, whatever YAML makes of it: 7 and "7" are the same text in a data file.
  const std::string& scalar(const YamlNode& node, std::string_view what) const {
    if (node.kind() == Kind::List || node.kind() == Kind::Map ||
        (node.kind() == Kind::Null && node.is_plain())) {
      fail(node, fmt::format("'{}' must be one value, not {}", what, node.kind_name()));
    }
    return node.scalar();
  }

  std::vector<std::string> texts(const YamlNode& node, std::string_view what) const {
    if (node.kind() != Kind::List)
      fail(node, fmt::format("'{}' must be a list, not {}", what, node.kind_name()));
    std::vector<std::string> result;
    for (const YamlNode& item : node.items()) result.push_back(scalar(item, what));
    return result;
  }

  void parse_format(const YamlNode& node) {
    schema_.format = word(node, kFormats, "format");
    if (node.scalar() == "tsv") schema_.delimiter = '\t';
  }

  char one_byte(const YamlNode& node, std::string_view what) const {
    const std::string& text = yaml_string(node, file_, what);
    if (text.size() != 1 || text[0] == '\n' || text[0] == '\r' ||
        static_cast<unsigned char>(text[0]) >= 0x80) {
      fail(node, fmt::format("'{}' must be one ASCII character, and no line end", what));
    }
    return text[0];
  }

  void parse_dialect(const YamlNode& node) {
    if (node.kind() != Kind::Map)
      fail(node, fmt::format("'dialect' must be a map, not {}", node.kind_name()));
    known(node, {"delimiter", "quoteChar", "header"});
    if (const YamlNode* value = node.find("delimiter")) schema_.delimiter = one_byte(*value, "delimiter");
    if (const YamlNode* value = node.find("quoteChar")) {
      const bool none = value->kind() == Kind::String && value->scalar().empty();
      schema_.quote = none ? '\0' : one_byte(*value, "quoteChar");
    }
    if (const YamlNode* value = node.find("header")) {
      schema_.header = yaml_bool(*value, file_, "header") ? CsvHeader::Present : CsvHeader::Absent;
    }
    if (schema_.delimiter == schema_.quote) fail(node, "'delimiter' and 'quoteChar' must differ");
  }

  void parse_files(const YamlNode& node) {
    if (node.kind() == Kind::List) {
      schema_.files = texts(node, "files");
    } else {
      schema_.files = {scalar(node, "files")};
    }
    if (schema_.files.empty()) fail(node, "'files' must name at least one pattern");
  }

  std::uint64_t count(const YamlNode& node, std::string_view what) const {
    std::uint64_t value = 0;
    const std::string& text = scalar(node, what);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
      fail(node, fmt::format("'{}' must be a number of rows, not '{}'", what, text));
    }
    return value;
  }

  void parse_row_count(const YamlNode& node) {
    if (node.kind() != Kind::Map) {
      schema_.minimum_rows = schema_.maximum_rows = count(node, "rowCount");
      return;
    }
    known(node, {"minimum", "maximum"});
    if (const YamlNode* value = node.find("minimum")) schema_.minimum_rows = count(*value, "minimum");
    if (const YamlNode* value = node.find("maximum")) schema_.maximum_rows = count(*value, "maximum");
    if (schema_.minimum_rows && schema_.maximum_rows && *schema_.minimum_rows > *schema_.maximum_rows) {
      fail(node, "'minimum' is greater than 'maximum'");
    }
  }

  void parse_fields(const YamlNode& root) {
    const YamlNode* fields = root.find("fields");
    if (fields == nullptr) fail(root, "a schema needs 'fields'", "dvx schema infer <data>");
    if (fields->kind() != Kind::List)
      fail(*fields, fmt::format("'fields' must be a list, not {}", fields->kind_name()));
    if (fields->items().empty()) fail(*fields, "'fields' names no field");
    for (const YamlNode& node : fields->items()) {
      SchemaField field = parse_field(node);
      const auto same_name = [&](const SchemaField& other) { return other.name == field.name; };
      if (std::any_of(schema_.fields.begin(), schema_.fields.end(), same_name)) {
        fail(node, fmt::format("the field '{}' is given twice", field.name));
      }
      schema_.fields.push_back(std::move(field));
    }
  }

  SchemaField parse_field(const YamlNode& node) const {
    if (node.kind() != Kind::Map)
      fail(node, fmt::format("a field is a map with a 'name', not {}", node.kind_name()));
    refuse_stray_constraint(node);
    known(node, {"name", "type", "format", "constraints", "title", "description", "example"});
    const YamlNode* name = node.find("name");
    if (name == nullptr) fail(node, "a field needs a 'name'");
    SchemaField field;
    field.name = scalar(*name, "name");
    field.position = node.begin();
    if (const YamlNode* type = node.find("type")) field.type = word(*type, kTypes, "type");
    if (const YamlNode* format = node.find("format")) parse_field_format(*format, field);
    if (const YamlNode* constraints = node.find("constraints")) parse_constraints(*constraints, field);
    return field;
  }

  // The likeliest slip of all: a constraint one level too high.
  void refuse_stray_constraint(const YamlNode& node) const {
    for (const char* rule : {"required", "unique", "minimum", "maximum", "enum", "pattern"}) {
      if (node.find(rule) == nullptr) continue;
      fail(*node.find(rule), fmt::format("'{}' belongs under 'constraints' of the field", rule),
           fmt::format("constraints: {{{}: …}}", rule));
    }
  }

  void parse_field_format(const YamlNode& node, SchemaField& field) const {
    const std::string& format = scalar(node, "format");
    if (format == "default") return;
    const bool of_time =
        field.type == FieldType::Date || field.type == FieldType::Datetime || field.type == FieldType::Time;
    if (!of_time) {
      fail(node,
           fmt::format("the format '{}' of type '{}' is not supported yet", format,
                       field_type_name(field.type)),
           "use 'pattern' under 'constraints'");
    }
    if (format.find('%') == std::string::npos) {
      fail(node, fmt::format("the format '{}' is not a pattern such as '%d.%m.%Y'", format));
    }
    field.format = format;
    field.format_position = node.begin();
  }

  void parse_constraints(const YamlNode& node, SchemaField& field) const {
    if (node.kind() != Kind::Map)
      fail(node, fmt::format("'constraints' must be a map, not {}", node.kind_name()));
    known(node, {"required", "unique", "minimum", "maximum", "enum", "pattern"});
    if (const YamlNode* value = node.find("required")) field.required = yaml_bool(*value, file_, "required");
    if (const YamlNode* value = node.find("unique")) field.unique = yaml_bool(*value, file_, "unique");
    if (const YamlNode* value = node.find("minimum")) field.minimum = bound(*value, "minimum", field);
    if (const YamlNode* value = node.find("maximum")) field.maximum = bound(*value, "maximum", field);
    if (const YamlNode* value = node.find("enum")) parse_enum(*value, field);
    if (const YamlNode* value = node.find("pattern")) {
      field.pattern = yaml_string(*value, file_, "pattern");
      field.pattern_position = value->begin();
    }
  }

  std::string bound(const YamlNode& node, std::string_view rule, const SchemaField& field) const {
    const std::string& text = scalar(node, rule);
    if (!is_ordered(field.type)) {
      fail(node, fmt::format("'{}' does not apply to type '{}'", rule, field_type_name(field.type)),
           "give the field a type with an order: integer, number, date, datetime, time or year");
    }
    require_literal(node, text, rule, field);
    return text;
  }

  void parse_enum(const YamlNode& node, SchemaField& field) const {
    field.allowed = texts(node, "enum");
    if (field.allowed.empty()) fail(node, "'enum' allows no value at all");
    for (std::size_t i = 0; i < field.allowed.size(); ++i) {
      require_literal(node.items()[i], field.allowed[i], "enum", field);
    }
  }

  void require_literal(const YamlNode& node, const std::string& text, std::string_view rule,
                       const SchemaField& field) const {
    if (is_literal(text, field.type)) return;
    fail(node, fmt::format("'{}' of field '{}' is '{}', which is not {}", rule, field.name, text,
                           type_phrase(field.type)));
  }

  const std::string& file_;
  Schema schema_;
};

// A number as people write it; the parser takes the text of any scalar.
std::string value_text(const std::string& value) {
  return is_literal(value, FieldType::Number) ? value : yaml_scalar(value);
}

std::string constraints_text(const SchemaField& field) {
  std::vector<std::string> parts;
  if (field.required) parts.emplace_back("required: true");
  if (field.unique) parts.emplace_back("unique: true");
  if (field.minimum) parts.push_back("minimum: " + value_text(*field.minimum));
  if (field.maximum) parts.push_back("maximum: " + value_text(*field.maximum));
  if (field.pattern) parts.push_back("pattern: " + yaml_scalar(*field.pattern));
  if (!field.allowed.empty()) {
    std::vector<std::string> values;
    for (const std::string& value : field.allowed) values.push_back(value_text(value));
    parts.push_back(fmt::format("enum: [{}]", fmt::join(values, ", ")));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string dialect_text(const Schema& schema) {
  std::vector<std::string> parts;
  if (schema.delimiter) parts.push_back("delimiter: " + yaml_scalar(std::string(1, *schema.delimiter)));
  if (schema.header == CsvHeader::Absent) parts.emplace_back("header: false");
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

std::string_view field_type_name(FieldType type) {
  for (const auto& word : kTypes) {
    if (word.value == type) return word.text;
  }
  return "any";
}

Schema parse_schema(std::string_view text, const std::string& file) {
  return SchemaParser(file).parse(parse_yaml(text, file));
}

std::string serialize_schema(const Schema& schema) {
  std::string out;
  if (const std::string dialect = dialect_text(schema); !dialect.empty()) {
    out += fmt::format("dialect: {{{}}}\n", dialect);
  }
  if (schema.minimum_rows) out += fmt::format("rowCount: {{minimum: {}}}\n", *schema.minimum_rows);
  out += "fields:\n";
  for (const SchemaField& field : schema.fields) {
    out += fmt::format("  - name: {}\n    type: {}\n", value_text(field.name), field_type_name(field.type));
    if (const std::string constraints = constraints_text(field); !constraints.empty()) {
      out += fmt::format("    constraints: {{{}}}\n", constraints);
    }
  }
  return out;
}

}  // namespace dvx
