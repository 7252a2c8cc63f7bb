// Reads delimited text record by record, knowing the line on which each record starts.
//
// The grammar is RFC 4180 with any one-byte delimiter: records end at LF or CRLF; a cell that starts with the
// quote runs to the closing quote and may hold delimiters and line ends; a doubled quote inside it is one
// quote. A quote elsewhere is an ordinary character. A byte order mark at the start is skipped. Memory is
// bounded by the longest record, which is limited, so that one missing quote does not swallow a file of any
// size.
//
// Single-threaded. Throws what opening and reading throw.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace dvx {

struct CsvDialect {
  char delimiter = ',';
  char quote = '"';  // '\0': no quoting

  friend bool operator==(const CsvDialect&, const CsvDialect&) = default;
};

// In bytes. What is read does not depend on `read_ahead`: with small ones tests reach every place where it
// can end.
struct CsvBounds {
  std::size_t longest_record = std::size_t{16} << 20;
  std::size_t read_ahead = std::size_t{1} << 20;  // at least 3, which is a byte order mark
};

class CsvReader {
 public:
  CsvReader(std::string path, CsvDialect dialect, CsvBounds bounds = {});

  // Goes to the next record; false at the end. Blank lines are records of one empty cell, and blank() says
  // so.
  bool next();

  std::uint64_t line() const { return line_; }                           // where the record starts, from 1
  const std::vector<std::string_view>& cells() const { return cells_; }  // valid until next()
  bool blank() const { return blank_; }
  // Why the record breaks the grammar or is no UTF-8, or "". Its cells are then what could be made of it.
  const std::string& problem() const { return problem_; }

 private:
  struct Span {
    std::size_t begin = 0, size = 0;
    bool unescaped = false;  // in unescaped_, not in buffer_
  };
  enum class Parsed { Record, NeedMore };

  bool refill();
  Parsed parse_record();
  Parsed parse_quoted(std::size_t& at);
  Parsed parse_plain(std::size_t& at);
  bool ends_here(std::size_t at, std::size_t& length) const;
  bool starved(std::size_t at) const { return at >= buffer_.size() && !at_end_; }
  void give_up_on_long_record();
  void skip_byte_order_mark();
  void resolve_cells();

  std::string path_;
  CsvDialect dialect_;
  CsvBounds bounds_;
  UniqueFd fd_;
  std::string buffer_;        // holds the current record and what was read ahead
  std::size_t position_ = 0;  // in buffer_, of the record to be parsed next
  bool at_end_ = false;       // the file has nothing beyond buffer_
  std::uint64_t next_line_ = 1, line_ = 0;
  std::string unescaped_;
  std::vector<Span> spans_;
  std::vector<std::string_view> cells_;
  bool blank_ = false;
  std::string problem_;
};

}  // namespace dvx
