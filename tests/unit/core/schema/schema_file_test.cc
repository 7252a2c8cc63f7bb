#include "core/schema/schema_file.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace dvx {
namespace {

// The message and hint of the error that parsing gives, or "accepted".
std::string refusal(const std::string& text) {
  try {
    parse_schema(text, "x.schema.yaml");
    return "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return error.hint().empty() ? error.message() : error.message() + " | " + error.hint();
  }
}

std::string with_field(const std::string& field) {
  return "fields:\n  - {name: a, " + field + "}\n";
}

TEST(SchemaFile, ReadsEveryRule) {
  const Schema schema = parse_schema(
      "title: Trial\nformat: csv\ndialect: {delimiter: ';', quoteChar: \"'\", header: false}\nmissingValues: "
      "['', '-']\n"
      "fieldsMatch: subset\nrowCount: {minimum: 1, maximum: 10}\nfiles: ['*.csv', 'sub/*.tsv']\nfields:\n"
      "  - name: a\n    type: integer\n    description: what it is\n"
      "    constraints: {required: true, unique: true, minimum: 0, maximum: 16, enum: [1, 2]}\n"
      "  - {name: b, type: date, format: '%d.%m.%Y', constraints: {pattern: '[0-9.]+'}}\n  - {name: 7}\n",
      "x.schema.yaml");
  EXPECT_EQ(schema.format, DataFormat::Csv);
  EXPECT_EQ(schema.delimiter, ';');
  EXPECT_EQ(schema.quote, '\'');
  EXPECT_EQ(schema.header, CsvHeader::Absent);
  EXPECT_EQ(schema.missing_values, (std::vector<std::string>{"", "-"}));
  EXPECT_EQ(schema.fields_match, FieldsMatch::Subset);
  EXPECT_EQ(schema.minimum_rows, 1U);
  EXPECT_EQ(schema.maximum_rows, 10U);
  EXPECT_EQ(schema.files, (std::vector<std::string>{"*.csv", "sub/*.tsv"}));
  ASSERT_EQ(schema.fields.size(), 3U);
  EXPECT_EQ(schema.fields[0].type, FieldType::Integer);
  EXPECT_TRUE(schema.fields[0].required);
  EXPECT_TRUE(schema.fields[0].unique);
  EXPECT_EQ(schema.fields[0].minimum, "0");
  EXPECT_EQ(schema.fields[0].maximum, "16");
  EXPECT_EQ(schema.fields[0].allowed, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(schema.fields[1].format, "%d.%m.%Y");
  EXPECT_EQ(schema.fields[1].pattern, "[0-9.]+");
  EXPECT_EQ(schema.fields[2].name, "7");
  EXPECT_EQ(schema.fields[2].type, FieldType::Any);
}

TEST(SchemaFile, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(refusal("feilds: []\n"), "x.schema.yaml:1:1: unknown field 'feilds' | did you mean 'fields'?");
  EXPECT_EQ(refusal(with_field("constraints: {maximun: 3}")),
            "x.schema.yaml:2:29: unknown field 'maximun' | did you mean 'maximum'?");
  EXPECT_EQ(refusal(with_field("type: intger")),
            "x.schema.yaml:2:21: type 'intger' is not known: it is one of any, string, integer, number, "
            "boolean, date, "
            "datetime, time, year | did you mean 'integer'?");
  EXPECT_EQ(refusal(with_field("constraints: {minLength: 3}")),
            "x.schema.yaml:2:29: the rule 'minLength' is not supported yet | remove 'minLength': dvx does "
            "not pass over a "
            "rule it cannot check");
  EXPECT_EQ(
      refusal(with_field("type: integer, minimum: 3")),
      "x.schema.yaml:2:39: 'minimum' belongs under 'constraints' of the field | constraints: {minimum: …}");
}

TEST(SchemaFile, RefusesRulesThatCannotHold) {
  EXPECT_EQ(
      refusal(with_field("type: string, constraints: {minimum: 3}")),
      "x.schema.yaml:2:52: 'minimum' does not apply to type 'string' | give the field a type with an order: "
      "integer, number, date, datetime, time or year");
  EXPECT_EQ(refusal(with_field("type: integer, constraints: {maximum: 1.5}")),
            "x.schema.yaml:2:53: 'maximum' of field 'a' is '1.5', which is not an integer");
  EXPECT_EQ(refusal(with_field("type: integer, constraints: {enum: [1, x]}")),
            "x.schema.yaml:2:54: 'enum' of field 'a' is 'x', which is not an integer");
  EXPECT_EQ(refusal(with_field("constraints: {enum: []}")),
            "x.schema.yaml:2:35: 'enum' allows no value at all");
  EXPECT_EQ(refusal(with_field("constraints: {required: 1}")),
            "x.schema.yaml:2:39: 'required' must be true or false, not a number");
  EXPECT_EQ(refusal("rowCount: {minimum: 5, maximum: 3}\n" + with_field("type: any")),
            "x.schema.yaml:1:11: 'minimum' is greater than 'maximum'");
}

TEST(SchemaFile, RefusesASchemaWithoutFields) {
  EXPECT_EQ(refusal(""), "x.schema.yaml:1:1: a schema is a map, not nothing | dvx schema infer <data>");
  EXPECT_EQ(refusal("title: x\n"), "x.schema.yaml:1:1: a schema needs 'fields' | dvx schema infer <data>");
  EXPECT_EQ(refusal("fields: []\n"), "x.schema.yaml:1:9: 'fields' names no field");
  EXPECT_EQ(refusal("fields:\n  - {type: any}\n"), "x.schema.yaml:2:5: a field needs a 'name'");
  EXPECT_EQ(refusal("fields:\n  - {name: a}\n  - {name: a}\n"),
            "x.schema.yaml:3:5: the field 'a' is given twice");
}

TEST(SchemaFile, RefusesDialectsThatCannotBeRead) {
  const std::string fields = "fields: [{name: a}]\n";
  EXPECT_EQ(refusal("dialect: {delimiter: '||'}\n" + fields),
            "x.schema.yaml:1:22: 'delimiter' must be one ASCII character, and no line end");
  EXPECT_EQ(refusal("dialect: {delimiter: \"'\", quoteChar: \"'\"}\n" + fields),
            "x.schema.yaml:1:10: 'delimiter' and 'quoteChar' must differ");
}

TEST(SchemaFile, WhatIsSerializedIsReadBack) {
  Schema schema;
  schema.header = CsvHeader::Absent;
  schema.delimiter = '\t';
  schema.minimum_rows = 1;
  SchemaField field;
  field.name = "odd: \"name\"\n#1";
  field.type = FieldType::Number;
  field.required = true;
  field.minimum = "-1.5";
  field.maximum = "1e9";
  schema.fields.push_back(field);
  field = SchemaField();
  field.name = "no";
  field.type = FieldType::String;
  field.allowed = {"yes", "12", "a b"};
  schema.fields.push_back(field);
  const Schema read = parse_schema(serialize_schema(schema), "x.schema.yaml");
  EXPECT_EQ(read.header, schema.header);
  EXPECT_EQ(read.delimiter, schema.delimiter);
  EXPECT_EQ(read.minimum_rows, schema.minimum_rows);
  ASSERT_EQ(read.fields.size(), 2U);
  EXPECT_EQ(read.fields[0].name, schema.fields[0].name);
  EXPECT_EQ(read.fields[0].minimum, "-1.5");
  EXPECT_EQ(read.fields[0].maximum, "1e9");
  EXPECT_TRUE(read.fields[0].required);
  EXPECT_EQ(read.fields[1].name, "no");
  EXPECT_EQ(read.fields[1].allowed, schema.fields[1].allowed);
}

}  // namespace
}  // namespace dvx
