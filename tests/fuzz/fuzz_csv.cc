// Any bytes are records, the same ones wherever the read-ahead ends; what was read without a problem is
// written and read again as the same cells; without quotes, records and cells are the lines and their parts.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "core/schema/csv_reader.h"

namespace {

constexpr std::size_t kWhole = std::size_t{1} << 14;  // most inputs are read at once
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Record {
  std::uint64_t line = 0;
  std::vector<std::string> cells;
  bool blank = false;
  std::string problem;

  friend bool operator==(const Record&, const Record&) = default;
};

void expect(bool holds) {
  if (!holds) std::abort();
}

std::vector<Record> read(std::string_view text, dvx::CsvDialect dialect,
                         dvx::CsvBounds bounds = {.read_ahead = kWhole}) {
  static const dvx::UniqueFd file(::memfd_create("csv", MFD_CLOEXEC));
  expect(::ftruncate(file.get(), 0) == 0 && ::lseek(file.get(), 0, SEEK_SET) == 0);
  dvx::write_all(file.get(), text, "csv");
  dvx::CsvReader reader("/proc/self/fd/" + std::to_string(file.get()), dialect, bounds);
  std::vector<Record> records;
  while (reader.next()) {
    records.push_back({.line = reader.line(),
                       .cells = {reader.cells().begin(), reader.cells().end()},
                       .blank = reader.blank(),
                       .problem = reader.problem()});
  }
  return records;
}

// A record that is too long is the last; those before it do not change.
void check_longest(std::string_view text, dvx::CsvDialect dialect, std::size_t longest,
                   const std::vector<Record>& whole) {
  const std::vector<Record> records = read(text, dialect, {.longest_record = longest, .read_ahead = 3});
  const bool all = records == whole;
  for (std::size_t i = 0; !all && i < records.size(); ++i) {
    expect(i < whole.size() && records[i].line == whole[i].line);
    if (i + 1 < records.size())
      expect(records[i] == whole[i]);
    else
      expect(records[i].cells.empty() && records[i].problem.find("is longer than") != std::string::npos);
  }
  expect(all || !records.empty());
}

void check_lines(std::string_view text, const std::vector<Record>& records) {
  std::uint64_t before = 0;
  for (const Record& record : records) {
    expect(record.line > before && !record.cells.empty());
    before = record.line;
  }
  std::uint64_t lines = 1;
  for (const char c : text) lines += c == '\n' ? 1U : 0U;
  expect(before <= lines);
}

void check_writing(const std::vector<Record>& records, char delimiter) {
  std::string text;
  std::vector<std::vector<std::string>> expected;
  for (const Record& record : records) {
    if (!record.problem.empty()) continue;
    expected.push_back(record.cells);
    for (std::size_t i = 0; i < record.cells.size(); ++i) {
      text += i == 0 ? "\"" : std::string{delimiter, '"'};
      for (const char c : record.cells[i]) text += c == '"' ? "\"\"" : std::string(1, c);
      text += '"';
    }
    text += "\r\n";
  }
  const std::vector<Record> again = read(text, {.delimiter = delimiter});
  expect(again.size() == expected.size());
  for (std::size_t i = 0; i < again.size(); ++i)
    expect(again[i].problem.empty() && again[i].cells == expected[i]);
}

void check_unquoted(std::string_view text, char delimiter, const std::vector<Record>& records) {
  std::string joined;
  for (std::size_t i = 0; i < records.size(); ++i) {
    expect(records[i].line == i + 1);
    expect(records[i].blank == (records[i].cells == std::vector<std::string>{""}));
    for (std::size_t j = 0; j < records[i].cells.size(); ++j)
      joined += (j == 0 ? "" : std::string(1, delimiter)) + records[i].cells[j];
    if (joined.size() < text.size() && text[joined.size()] == '\r') joined += '\r';  // of CRLF
    if (joined.size() < text.size()) joined += '\n';
  }
  expect(joined == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const dvx::CsvDialect dialect{.delimiter = ",;\t|"[data[0] & 3], .quote = "\"\"'"[data[0] >> 2 & 3]};
  std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::vector<Record> records = read(text, dialect);
  expect(read(text, dialect, {.read_ahead = 3U + (data[1] & 15U)}) == records);
  check_longest(text, dialect, 1U + (data[1] >> 4), records);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  check_lines(text, records);
  check_writing(records, dialect.delimiter);
  if (dialect.quote == '\0') check_unquoted(text, dialect.delimiter, records);
  return 0;
}
