#include "core/schema/csv_reader.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>

#include "base/file.h"
#include "base/utf8.h"

namespace dvx {

CsvReader::CsvReader(std::string path, CsvDialect dialect, CsvBounds bounds)
    : path_(std::move(path)), dialect_(dialect), bounds_(bounds), fd_(open_file(path_, O_RDONLY)) {
  refill();
  skip_byte_order_mark();
}

void CsvReader::skip_byte_order_mark() {
  if (buffer_.starts_with("\xEF\xBB\xBF")) position_ = 3;
}

// Drops what was consumed and reads more behind the rest. False when the record is longer than allowed.
bool CsvReader::refill() {
  buffer_.erase(0, position_);
  position_ = 0;
  if (buffer_.size() >= bounds_.longest_record) return false;
  const std::size_t kept = buffer_.size();
  // Doubles, so a long record is not parsed too often.
  const std::size_t wanted = std::max(bounds_.read_ahead, kept);
  buffer_.resize(kept + wanted);
  const std::size_t got =
      read_up_to(fd_.get(), std::as_writable_bytes(std::span(buffer_).subspan(kept)), path_);
  buffer_.resize(kept + got);
  at_end_ = got < wanted;
  return true;
}

bool CsvReader::next() {
  line_ = next_line_;
  while (position_ < buffer_.size() || !at_end_) {
    problem_.clear();
    if (parse_record() == Parsed::Record) {
      resolve_cells();
      return true;
    }
    if (!refill()) {
      give_up_on_long_record();
      return true;
    }
  }
  return false;
}

// Where a record ends there is LF, CRLF, or the end of the file; `length` is what to skip.
bool CsvReader::ends_here(std::size_t at, std::size_t& length) const {
  length = 0;
  if (at >= buffer_.size()) return true;
  if (buffer_[at] == '\n') return length = 1, true;
  if (buffer_[at] == '\r' && at + 1 < buffer_.size() && buffer_[at + 1] == '\n') return length = 2, true;
  return false;
}

CsvReader::Parsed CsvReader::parse_record() {
  spans_.clear();
  unescaped_.clear();
  std::size_t at = position_;
  for (;;) {
    if (starved(at)) return Parsed::NeedMore;
    const bool quoted = dialect_.quote != '\0' && at < buffer_.size() && buffer_[at] == dialect_.quote;
    if ((quoted ? parse_quoted(at) : parse_plain(at)) == Parsed::NeedMore) return Parsed::NeedMore;
    if (at < buffer_.size() && buffer_[at] == dialect_.delimiter) {
      ++at;
      continue;
    }
    break;
  }
  std::size_t line_end = 0;
  ends_here(at, line_end);
  blank_ = at == position_;
  const std::size_t end = at + line_end;
  next_line_ = line_ + static_cast<std::uint64_t>(
                           std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(position_),
                                      buffer_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  if (problem_.empty() && !is_valid_utf8(std::string_view(buffer_).substr(position_, end - position_))) {
    problem_ = "is not valid UTF-8";
  }
  position_ = end;
  return Parsed::Record;
}

// A cell up to the delimiter or the end of the line.
CsvReader::Parsed CsvReader::parse_plain(std::size_t& at) {
  const std::size_t begin = at;
  const char* data = buffer_.data();
  const std::size_t size = buffer_.size();
  const char delimiter = dialect_.delimiter;
  while (at < size && data[at] != delimiter && data[at] != '\n') ++at;
  if (starved(at)) return Parsed::NeedMore;
  const bool before_crlf = at < size && data[at] == '\n' && at > begin && data[at - 1] == '\r';
  if (before_crlf) --at;
  spans_.push_back({begin, at - begin, false});
  return Parsed::Record;
}

// A cell that starts with the quote, through what follows the closing one.
CsvReader::Parsed CsvReader::parse_quoted(std::size_t& at) {
  const char quote = dialect_.quote;
  std::size_t begin = at + 1;
  const std::size_t cell = unescaped_.size();
  for (std::size_t from = begin;;) {
    const char* found =
        static_cast<const char*>(std::memchr(buffer_.data() + from, quote, buffer_.size() - from));
    if (found == nullptr) {
      if (!at_end_) return Parsed::NeedMore;
      problem_ = "has a quote that is never closed";
      unescaped_.append(buffer_, begin);
      at = buffer_.size();
      break;
    }
    at = static_cast<std::size_t>(found - buffer_.data()) + 1;
    unescaped_.append(buffer_, begin, at - 1 - begin);
    // One byte more is needed to tell a doubled quote, and another for CRLF.
    if (starved(at) || starved(at + 1)) return Parsed::NeedMore;
    if (at >= buffer_.size() || buffer_[at] != quote) break;
    begin = at;  // the second quote is the one that stands for itself
    from = at + 1;
  }
  spans_.push_back({cell, unescaped_.size() - cell, true});
  std::size_t line_end = 0;
  if (ends_here(at, line_end) || buffer_[at] == dialect_.delimiter) return Parsed::Record;
  problem_ = "has text after a closing quote";
  while (!ends_here(at, line_end) && buffer_[at] != dialect_.delimiter) ++at;
  return starved(at) ? Parsed::NeedMore : Parsed::Record;
}

void CsvReader::give_up_on_long_record() {
  problem_ = fmt::format("is longer than {} MiB: is a quote missing?", bounds_.longest_record >> 20);
  spans_.clear();
  unescaped_.clear();
  cells_.clear();
  blank_ = false;
  position_ = buffer_.size();
  at_end_ = true;  // where the next record starts cannot be known
}

void CsvReader::resolve_cells() {
  cells_.clear();
  for (const Span& span : spans_) {
    const std::string& home = span.unescaped ? unescaped_ : buffer_;
    cells_.push_back(std::string_view(home).substr(span.begin, span.size));
  }
}

}  // namespace dvx
