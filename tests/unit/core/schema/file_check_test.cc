#include "core/schema/file_check.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/path.h"
#include "duckdb_for_tests.h"

namespace dvx {
namespace {

// Rule, line (or row for files without lines), field, value and message of one violation, in one line.
std::string told(const SchemaViolation& v) {
  return fmt::format("{}|{}|{}|{}|{}",
                     v.line  ? std::to_string(*v.line)
                     : v.row ? fmt::format("row {}", *v.row)
                             : "-",
                     v.field, v.rule, v.value, v.message);
}

class FileCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    DVX_NEEDS_DUCKDB();
    database_.emplace(load_duckdb({duckdb_for_tests(), "the test"}), directory_.path(),
                      DuckDbLimits{.threads = 2});
    session_.emplace(*database_);
  }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = join_path(directory_.path(), name);
    write_file_atomically(path, text, 0666, Durability::Relaxed);
    return path;
  }

  FileVerdict check(const std::string& schema, const std::string& text) {
    const Schema parsed = parse_schema(schema, "x.schema.yaml");
    check_schema_values(*session_, parsed);
    return check_data_file(*session_, parsed, DataFormat::Csv, write("data.csv", text));
  }

  std::vector<std::string> violations(const std::string& schema, const std::string& text) {
    const FileVerdict verdict = check(schema, text);
    std::vector<std::string> result;
    for (const SchemaViolation& violation : verdict.violations) result.push_back(told(violation));
    EXPECT_GE(verdict.violation_count, result.size());
    return result;
  }

  // A schema of one field "x" with the rest of its definition.
  static std::string field(const std::string& definition) {
    return "fields:\n  - {name: x, " + definition + "}\n";
  }

  using Told = std::vector<std::string>;
  TemporaryDirectory directory_{testing::TempDir()};
  std::optional<DuckDbDatabase> database_;
  std::optional<DuckDbSession> session_;
};

TEST_F(FileCheckTest, AFileThatKeepsEveryRulePasses) {
  const FileVerdict verdict = check(
      "rowCount: {minimum: 2, maximum: 3}\nfields:\n"
      "  - {name: id, type: integer, constraints: {required: true, unique: true, minimum: 0, maximum: 9}}\n"
      "  - {name: label, type: string, constraints: {enum: [a, b], pattern: '[a-z]'}}\n",
      "id,label\n1,a\n2,b\n");
  EXPECT_EQ(verdict.violation_count, 0U);
  EXPECT_TRUE(verdict.violations.empty());
  EXPECT_EQ(verdict.rows, 2U);
}

TEST_F(FileCheckTest, BoundsNameLineColumnAndValue) {
  EXPECT_EQ(violations(field("type: integer, constraints: {minimum: 0, maximum: 16}"), "x\n16\n99\n-1\n0\n"),
            (Told{"3|x|maximum|99|must be at most 16", "4|x|minimum|-1|must be at least 0"}));
}

TEST_F(FileCheckTest, LinesCountLineEndsInsideOfQuotes) {
  EXPECT_EQ(violations("fields:\n  - {name: note}\n  - {name: x, type: integer}\n",
                       "note,x\n\"a\nb\nc\",1\n\"d\",bad\n"),
            (Told{"5|x|type|bad|must be an integer"}));
}

TEST_F(FileCheckTest, BlankLinesAreNotRowsButCountAsLines) {
  EXPECT_EQ(violations("rowCount: 1\nfields:\n  - {name: a}\n  - {name: x, type: integer}\n", "a,x\n\n1,q\n"),
            (Told{"3|x|type|q|must be an integer"}));
}

TEST_F(FileCheckTest, IntegersAreNotRounded) {
  EXPECT_EQ(violations(field("type: integer"), "x\n1.5\n1e3\n 7\n0x10\n+5\n007\n99999999999999999999\n"),
            (Told{"2|x|type|1.5|must be an integer", "3|x|type|1e3|must be an integer",
                  "4|x|type| 7|must be an integer", "5|x|type|0x10|must be an integer"}));
}

TEST_F(FileCheckTest, Numbers) {
  EXPECT_EQ(violations(field("type: number"), "x\n1.5\n.5\n5.\n-1e-3\nNaN\n1,5\n"),
            (Told{"7||shape||the row has 2 cells, must have 1"}));
  EXPECT_EQ(violations(field("type: number"), "x\nnan\ninfinity\n1_0\nabc\n"),
            (Told{"2|x|type|nan|must be a number", "3|x|type|infinity|must be a number",
                  "4|x|type|1_0|must be a number", "5|x|type|abc|must be a number"}));
}

TEST_F(FileCheckTest, NotANumberIsWithinNoBounds) {
  EXPECT_EQ(violations(field("type: number, constraints: {minimum: 0.5}"), "x\nNaN\n0.4\n0.5\n"),
            (Told{"2|x|minimum|NaN|must be at least 0.5", "3|x|minimum|0.4|must be at least 0.5"}));
}

TEST_F(FileCheckTest, DatesAndTimes) {
  EXPECT_EQ(violations(field("type: date, constraints: {minimum: 2020-01-01}"),
                       "x\n2024-02-29\n2023-02-29\n2019-12-31\n1.1.2020\n"),
            (Told{"3|x|type|2023-02-29|must be a date as YYYY-MM-DD",
                  "4|x|minimum|2019-12-31|must be at least 2020-01-01",
                  "5|x|type|1.1.2020|must be a date as YYYY-MM-DD"}));
  EXPECT_EQ(violations(field("type: datetime"),
                       "x\n2024-02-29T12:00:00\n2024-02-29T12:00:00Z\n2024-02-29 25:00:00\n"),
            (Told{"4|x|type|2024-02-29 25:00:00|must be a date and time as YYYY-MM-DDThh:mm:ss"}));
  EXPECT_EQ(violations(field("type: datetime"), "x\n2024-02-29T12:00:00+02:00\n2024-02-29T12:00\n"), Told{});
  EXPECT_EQ(violations(field("type: time"), "x\n23:59:59\n24:30:00\n"),
            (Told{"3|x|type|24:30:00|must be a time as hh:mm:ss"}));
  EXPECT_EQ(violations(field("type: date, format: '%d.%m.%Y'"), "x\n29.02.2024\n2024-02-29\n"),
            (Told{"3|x|type|2024-02-29|must be a date as %d.%m.%Y"}));
}

TEST_F(FileCheckTest, BooleansAndYears) {
  EXPECT_EQ(violations(field("type: boolean"), "x\ntrue\n0\nyes\n"),
            (Told{"4|x|type|yes|must be a boolean: true, false, 1 or 0"}));
  EXPECT_EQ(violations(field("type: year, constraints: {maximum: 2030}"), "x\n1999\n2031\n99\n"),
            (Told{"3|x|maximum|2031|must be at most 2030", "4|x|type|99|must be a year as YYYY"}));
}

TEST_F(FileCheckTest, MissingValuesAreMissingOnlyForRequired) {
  const std::string text = "x,y\n,1\nNA,2\n5,3\n";
  const std::string fields =
      "fields:\n  - {name: x, type: integer, constraints: {required: true}}\n  - {name: y}\n";
  EXPECT_EQ(violations("missingValues: ['', NA]\n" + fields, text),
            (Told{"2|x|required||a value is required", "3|x|required|NA|a value is required"}));
  EXPECT_EQ(violations(fields, text),
            (Told{"2|x|required||a value is required", "3|x|type|NA|must be an integer"}));
}

TEST_F(FileCheckTest, UniqueNamesTheLineOfTheFirst) {
  EXPECT_EQ(violations(field("type: integer, constraints: {unique: true}"), "x\n7\n8\n07\n7\n"),
            (Told{"4|x|unique|07|must be unique, and is already in line 2",
                  "5|x|unique|7|must be unique, and is already in line 2"}));
}

TEST_F(FileCheckTest, EnumAndPattern) {
  EXPECT_EQ(violations(field("type: string, constraints: {enum: [it's, 'a,b']}"), "x\nit's\n\"a,b\"\nc\n"),
            (Told{"4|x|enum|c|must be one of it's, a,b"}));
  EXPECT_EQ(violations(field("type: integer, constraints: {enum: [1, 2]}"), "x\n01\n3\n"),
            (Told{"3|x|enum|3|must be one of 1, 2"}));
  EXPECT_EQ(violations(field("constraints: {pattern: '[A-Z]{2}[0-9]+'}"), "x\nAB1\nAB1x\n"),
            (Told{"3|x|pattern|AB1x|must match [A-Z]{2}[0-9]+"}));
}

TEST_F(FileCheckTest, RowsOfTheWrongShapeAreNamedAndTheOthersChecked) {
  EXPECT_EQ(violations("rowCount: {minimum: 5}\nfields:\n  - {name: a}\n  - {name: x, type: integer}\n",
                       "a,x\n1\n1,2,3\n\"b\"c,4\nok,bad\n"),
            (Told{"-||rowCount|4 rows|must be at least 5", "2||shape||the row has 1 cell, must have 2",
                  "3||shape||the row has 3 cells, must have 2",
                  "4||shape||the row has text after a closing quote", "5|x|type|bad|must be an integer"}));
}

TEST_F(FileCheckTest, ColumnsAreMatched) {
  const std::string fields = "fields:\n  - {name: a}\n  - {name: b}\n";
  EXPECT_EQ(violations(fields, "a,c\n1,2\n"),
            (Told{"1|b|fieldsMatch||is not in the file", "1|c|fieldsMatch||is not in the schema"}));
  EXPECT_EQ(violations(fields, "b,a\n1,2\n"),
            (Told{"1|b|fieldsMatch||stands as column 1, where 'a' must be"}));
  EXPECT_EQ(violations("fieldsMatch: equal\n" + fields, "b,a\n1,2\n"), Told{});
  EXPECT_EQ(violations("fieldsMatch: subset\n" + fields, "b,z,a\n1,2,3\n"), Told{});
  EXPECT_EQ(violations("fieldsMatch: superset\n" + fields, "b\n1\n"), Told{});
  EXPECT_EQ(violations("fieldsMatch: superset\n" + fields, "b,z\n1,2\n"),
            (Told{"1|z|fieldsMatch||is not in the schema"}));
  EXPECT_EQ(violations("fieldsMatch: partial\n" + fields, "z\n1\n"),
            (Told{"1||fieldsMatch||the file has no column that the schema names"}));
  EXPECT_EQ(violations(fields, "a,b,a\n1,2,3\n"), (Told{"1|a|fieldsMatch||stands twice in the file"}));
}

TEST_F(FileCheckTest, EmptyFilesAndFilesOfAHeader) {
  EXPECT_EQ(violations(field("type: integer"), ""), (Told{"1||shape||the file is empty: not even a header"}));
  EXPECT_EQ(violations(field("type: integer"), "x\n"), Told{});
  EXPECT_EQ(violations("rowCount: {minimum: 1}\n" + field("type: integer"), "x\n"),
            (Told{"-||rowCount|0 rows|must be at least 1"}));
}

TEST_F(FileCheckTest, WithoutAHeaderColumnsAreTheFieldsInOrder) {
  const std::string schema =
      "dialect: {header: false, delimiter: ';'}\nfields:\n  - {name: a}\n  - {name: x, type: integer}\n";
  EXPECT_EQ(violations(schema, "p;1\nq;r\n"), (Told{"2|x|type|r|must be an integer"}));
  EXPECT_EQ(violations(schema, "p\n"), (Told{"-|x|fieldsMatch||is not in the file"}));
  EXPECT_EQ(violations("rowCount: {minimum: 1}\n" + schema, ""),
            (Told{"-|a|fieldsMatch||is not in the file", "-|x|fieldsMatch||is not in the file",
                  "-||rowCount|0 rows|must be at least 1"}));
}

TEST_F(FileCheckTest, CountsAllAndKeepsTheFirst) {
  std::string text = "x\n";
  for (int i = 0; i < 50'000; ++i) text += "bad\n";
  const FileVerdict verdict = check(field("type: integer"), text);
  EXPECT_EQ(verdict.violation_count, 50'000U);
  ASSERT_EQ(verdict.violations.size(), kKeptViolations);
  EXPECT_EQ(verdict.violations.front().line, 2U);
  EXPECT_EQ(verdict.violations.back().line, 21U);
}

TEST_F(FileCheckTest, RefusesAPatternThatIsNone) {
  try {
    check(field("constraints: {pattern: '(a'}"), "x\na\n");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    EXPECT_EQ(error.message(), "x.schema.yaml:2:38: '(a' is not a regular expression");
  }
  EXPECT_THROW(check(field("type: date, constraints: {minimum: 2020-02-31}"), "x\n"), Error);
}

TEST_F(FileCheckTest, AFileThatVanishesIsAnErrorNotAVerdict) {
  const Schema schema = parse_schema(field("type: integer"), "x.schema.yaml");
  try {
    check_data_file(*session_, schema, DataFormat::Csv, directory_.path() + "/none.csv");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
  }
}

TEST_F(FileCheckTest, ParquetIsCheckedByRow) {
  const std::string path = directory_.path() + "/d[1]*.parquet";
  session_->execute(
      fmt::format("COPY (SELECT * FROM (VALUES (1, 'a', 0.5::DOUBLE), (2, NULL, 1.5), (2, 'zz', NULL)) "
                  "t(id, label, score)) TO {} (FORMAT parquet)",
                  sql_text(path)));
  const Schema schema = parse_schema(
      "fields:\n  - {name: id, type: integer, constraints: {unique: true}}\n"
      "  - {name: label, type: string, constraints: {required: true, pattern: '[a-z]'}}\n"
      "  - {name: score, type: number, constraints: {maximum: 1}}\n",
      "x.schema.yaml");
  const FileVerdict verdict = check_data_file(*session_, schema, DataFormat::Parquet, path);
  Told found;
  for (const SchemaViolation& violation : verdict.violations) found.push_back(told(violation));
  EXPECT_EQ(found,
            (Told{"row 2|label|required||a value is required", "row 2|score|maximum|1.5|must be at most 1",
                  "row 3|id|unique|2|must be unique, and is already in row 2",
                  "row 3|label|pattern|zz|must match [a-z]"}));
  EXPECT_EQ(verdict.rows, 3U);
}

TEST_F(FileCheckTest, ParquetColumnsOfAnotherTypeAreOneViolation) {
  const std::string path = directory_.path() + "/t.parquet";
  session_->execute(fmt::format("COPY (SELECT 'a' AS x) TO {} (FORMAT parquet)", sql_text(path)));
  const Schema schema = parse_schema(field("type: integer, constraints: {minimum: 1}"), "x.schema.yaml");
  const FileVerdict verdict = check_data_file(*session_, schema, DataFormat::Parquet, path);
  ASSERT_EQ(verdict.violation_count, 1U);
  EXPECT_EQ(told(verdict.violations[0]), "-|x|type|VARCHAR|must hold values that are each an integer");
}

TEST_F(FileCheckTest, ADamagedParquetFileIsAViolation) {
  const Schema schema = parse_schema(field("type: integer"), "x.schema.yaml");
  const FileVerdict verdict =
      check_data_file(*session_, schema, DataFormat::Parquet, write("bad.parquet", "PAR1 not really PAR1"));
  ASSERT_EQ(verdict.violation_count, 1U);
  EXPECT_EQ(verdict.violations[0].rule, "format");
}

}  // namespace
}  // namespace dvx
