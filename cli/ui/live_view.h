// The lines at the bottom of a terminal that say what runs, waits and is done, redrawn in place while other
// output scrolls above them. Nothing is written here: text comes back, to be written by the caller at once.
// Single-threaded.
//
// The cursor is never hidden and no mode of the terminal is changed, so there is nothing to restore when dvx
// dies.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task_watch.h"

namespace dvx {

// Tasks and how far they are.
class TaskBoard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void begin(std::uint64_t total);  // forgets those before; 0: none
  void start(std::string_view name, std::optional<double> expected_seconds, Time now);
  void end(std::string_view name, TaskEnd end);
  bool is_open() const { return total_ > 0; }

  // What runs, longest first, and a line of counts; at most as many as `rows` has room for, each cut to fit.
  std::vector<std::string> lines(Time now, std::size_t columns, std::size_t rows) const;

 private:
  struct Running {
    std::string name;
    Time started;
    std::optional<double> expected_seconds;
  };
  static std::string time_text(const Running& task, Time now);
  std::string counts() const;

  std::uint64_t total_ = 0, done_ = 0, failed_ = 0, skipped_ = 0;
  std::vector<Running> running_;  // in the order of their start
};

// A block of lines at the cursor, which stays at its end.
class TerminalBlock {
 public:
  bool is_drawn() const { return !drawn_.empty(); }
  bool shows(const std::vector<std::string>& lines, std::size_t columns) const {
    return lines == drawn_ && columns == columns_;
  }
  // What takes the block away, on a terminal that has so many columns by now; it may have wrapped the lines
  // anew.
  std::string erase(std::size_t columns);
  std::string draw(std::vector<std::string> lines, std::size_t columns);

 private:
  std::vector<std::string> drawn_;
  std::size_t columns_ = 0;
};

}  // namespace dvx
