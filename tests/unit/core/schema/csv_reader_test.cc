#include "core/schema/csv_reader.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

struct Record {
  std::uint64_t line;
  std::vector<std::string> cells;
  std::string problem;

  friend bool operator==(const Record&, const Record&) = default;
};

void PrintTo(const Record& record, std::ostream* out) {
  *out << record.line << ":";
  for (const std::string& cell : record.cells) *out << " [" << cell << "]";
  *out << " " << record.problem;
}

class CsvReaderTest : public testing::Test {
 protected:
  std::vector<Record> read(const std::string& text, CsvDialect dialect = {}, CsvBounds bounds = {}) {
    const std::string path = join_path(directory_.path(), "data.csv");
    write_file_atomically(path, text, 0666, Durability::Relaxed);
    CsvReader reader(path, dialect, bounds);
    std::vector<Record> records;
    while (reader.next()) {
      records.push_back({reader.line(), {reader.cells().begin(), reader.cells().end()}, reader.problem()});
    }
    return records;
  }

  TemporaryDirectory directory_{testing::TempDir()};
};

TEST_F(CsvReaderTest, AnEmptyFileHasNoRecord) {
  EXPECT_TRUE(read("").empty());
}

TEST_F(CsvReaderTest, LastLineNeedsNoLineEnd) {
  const std::vector<Record> expected = {{1, {"a", "b"}, ""}, {2, {"1", "2"}, ""}};
  EXPECT_EQ(read("a,b\n1,2"), expected);
  EXPECT_EQ(read("a,b\n1,2\n"), expected);
  EXPECT_EQ(read("a,b\r\n1,2\r\n"), expected);
}

TEST_F(CsvReaderTest, SkipsAByteOrderMark) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a\n")[0]
                .cells[0],
            "a");
}

TEST_F(CsvReaderTest, EmptyCellsAreCells) {
  EXPECT_EQ(read(",,\n"), (std::vector<Record>{{1, {"", "", ""}, ""}}));
}

TEST_F(CsvReaderTest, QuotedCellsHoldDelimitersQuotesAndLineEnds) {
  const std::vector<Record> expected = {{1, {"a,b", "say \"hi\"", "two\nlines"}, ""},
                                        {3, {"x", "", "z"}, ""}};
  EXPECT_EQ(read("\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\"\nx,\"\",z\n"), expected);
}

TEST_F(CsvReaderTest, ARecordHasTheLineItStartsOn) {
  const std::vector<Record> records = read("h\n\"1\n2\n3\"\nx\n\"\r\n\"\r\ny\n");
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[1].line, 2U);
  EXPECT_EQ(records[2].line, 5U);
  EXPECT_EQ(records[3].line, 6U);
  EXPECT_EQ(records[4].line, 8U);
}

TEST_F(CsvReaderTest, AQuoteInsideAPlainCellIsACharacter) {
  EXPECT_EQ(read("5\" pipe,b\n")[0].cells[0], "5\" pipe");
}

TEST_F(CsvReaderTest, NamesWhatBreaksTheGrammar) {
  EXPECT_EQ(read("\"a\"b,c\n")[0].problem, "has text after a closing quote");
  EXPECT_EQ(read("a\n\"b,c\n")[1].problem, "has a quote that is never closed");
  EXPECT_EQ(read("a\n\xFF\n")[1].problem, "is not valid UTF-8");
}

TEST_F(CsvReaderTest, GoesOnAfterABrokenRecord) {
  EXPECT_EQ(read("\"a\"b,c\nd,e\n")[1], (Record{2, {"d", "e"}, ""}));
}

TEST_F(CsvReaderTest, OtherDialects) {
  EXPECT_EQ(read("a;\"b;c\"\n", {.delimiter = ';'})[0].cells, (std::vector<std::string>{"a", "b;c"}));
  EXPECT_EQ(read("a\t\"b\n", {.delimiter = '\t', .quote = '\0'})[0].cells,
            (std::vector<std::string>{"a", "\"b"}));
}

TEST_F(CsvReaderTest, ARecordBeyondTheLimitEndsTheFileWithAProblem) {
  const std::string text = "a\n\"" + std::string(std::size_t{5} << 20, 'x');
  const std::vector<Record> records = read(text, {}, {.longest_record = std::size_t{2} << 20});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].line, 2U);
  EXPECT_EQ(records[1].problem, "is longer than 2 MiB: is a quote missing?");
}

// Every possible place of the end of the read-ahead falls somewhere into the repeated pattern.
TEST_F(CsvReaderTest, RecordsAcrossTheReadAheadAreWhole) {
  const std::string piece = "\"q \"\" ,\r\n\",plain,\"\"\r\n";
  std::string text;
  while (text.size() < (std::size_t{3} << 20)) text += piece;
  const std::vector<Record> records = read(text);
  ASSERT_EQ(records.size(), text.size() / piece.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(records[i], (Record{2 * i + 1, {"q \" ,\r\n", "plain", ""}, ""})) << i;
  }
}

TEST_F(CsvReaderTest, RecordsAreTheSameWhereverTheReadAheadEnds) {
  const std::string text = "\xEF\xBB\xBF\"a \"\"b\"\",\",x\r\n\r\n\"two\nlines\"y,\r\n\"open";
  const std::vector<Record> expected = read(text);
  ASSERT_EQ(expected.size(), 4U);
  for (std::size_t size = 3; size <= text.size() + 1; ++size)
    EXPECT_EQ(read(text, {}, {.read_ahead = size}), expected) << size;
}

}  // namespace
}  // namespace dvx
