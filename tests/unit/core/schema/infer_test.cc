#include "core/schema/infer.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/path.h"
#include "core/schema/file_check.h"
#include "duckdb_for_tests.h"

namespace dvx {
namespace {

class InferTest : public testing::Test {
 protected:
  void SetUp() override {
    DVX_NEEDS_DUCKDB();
    database_.emplace(load_duckdb({duckdb_for_tests(), "the test"}), directory_.path());
    session_.emplace(*database_);
  }

  std::string write(const std::string& text) {
    std::string path = join_path(directory_.path(), "data.csv");
    write_file_atomically(path, text, 0666, Durability::Relaxed);
    return path;
  }

  std::string infer(const std::string& text, const Schema& assumed = {}) {
    return serialize_schema(infer_schema(*session_, assumed, write(text), "data.csv").schema);
  }

  TemporaryDirectory directory_{testing::TempDir()};
  std::optional<DuckDbDatabase> database_;
  std::optional<DuckDbSession> session_;
};

TEST_F(InferTest, FindsTypesBoundsAndMissingValues) {
  EXPECT_EQ(
      infer("id,score,day,ok,note\n1,0.5,2024-01-01,true,a\n-2,3,2023-12-31,false,\n"),
      "rowCount: {minimum: 1}\n"
      "fields:\n"
      "  - name: id\n    type: integer\n    constraints: {required: true, minimum: -2, maximum: 1}\n"
      "  - name: score\n    type: number\n    constraints: {required: true, minimum: 0.5, maximum: 3.0}\n"
      "  - name: day\n    type: date\n"
      "    constraints: {required: true, minimum: 2023-12-31, maximum: 2024-01-01}\n"
      "  - name: ok\n    type: boolean\n    constraints: {required: true}\n"
      "  - name: note\n    type: string\n");
}

TEST_F(InferTest, CodesWithLeadingZerosStayText) {
  EXPECT_EQ(infer("zip\n01234\n56789\n"),
            "rowCount: {minimum: 1}\nfields:\n  - name: zip\n    type: string\n    constraints: {required: "
            "true}\n");
}

TEST_F(InferTest, FewWordsSeenOftenAreAnEnum) {
  std::string text = "word\n";
  for (int i = 0; i < 20; ++i) text += i % 2 == 0 ? "yes\n" : "red\n";
  EXPECT_EQ(infer(text),
            "rowCount: {minimum: 1}\nfields:\n  - name: word\n    type: string\n"
            "    constraints: {required: true, enum: [red, \"yes\"]}\n");
}

TEST_F(InferTest, NothingIsKnownOfAnEmptyColumn) {
  EXPECT_EQ(infer("a,b\n,1\n"),
            "rowCount: {minimum: 1}\nfields:\n  - name: a\n    type: any\n  - name: b\n    type: integer\n"
            "    constraints: {required: true, minimum: 1, maximum: 1}\n");
}

TEST_F(InferTest, WhatIsInferredIsMet) {
  const std::string text =
      "t,when,n\n10:00:00,2024-01-01T00:00:00,NaN\n11:30:00,2024-01-02T12:30:00.5,-1e-3\n";
  const Schema schema = parse_schema(infer(text), "x.schema.yaml");
  EXPECT_EQ(schema.fields[0].type, FieldType::Time);
  EXPECT_EQ(schema.fields[1].type, FieldType::Datetime);
  EXPECT_EQ(schema.fields[2].type, FieldType::Number);
  const std::string without_nan = "t,when,n\n10:00:00,2024-01-01T00:00:00,-0.001\n";
  EXPECT_EQ(check_data_file(*session_, schema, DataFormat::Csv, write(without_nan)).violation_count, 0U);
}

TEST_F(InferTest, WithoutAHeaderColumnsAreNumbered) {
  Schema assumed;
  assumed.header = CsvHeader::Absent;
  assumed.delimiter = ';';
  EXPECT_EQ(infer("a;1\nb;2\n", assumed),
            "dialect: {delimiter: ;, header: false}\nrowCount: {minimum: 1}\nfields:\n"
            "  - name: 1\n    type: string\n    constraints: {required: true}\n"
            "  - name: 2\n    type: integer\n    constraints: {required: true, minimum: 1, maximum: 2}\n");
}

TEST_F(InferTest, RefusesWhatIsNoTable) {
  EXPECT_THROW(infer(""), Error);
  EXPECT_THROW(infer("a,a\n1,2\n"), Error);
  try {
    infer("a,b\n1,2\n3\n");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    EXPECT_EQ(error.message(),
              "cannot infer a schema from 'data.csv': the row of line 3 has 1 cell, must have 2");
  }
}

}  // namespace
}  // namespace dvx
