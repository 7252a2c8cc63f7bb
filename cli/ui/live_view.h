// The lines at the bottom of a terminal that show which tasks run, wait and are done. They are redrawn in
// place while other output scrolls above them. The classes here write nothing: they return text, and the
// caller must write it at once. They are single-threaded.
//
// The cursor is never hidden and no mode of the terminal is changed, so nothing has to be restored when dvx
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

// The tasks and their progress.
class TaskBoard {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Forgets the earlier tasks. A total of 0 means that there are none.
  void begin(std::uint64_t total);
  void start(std::string_view name, std::optional<double> expected_seconds, Time now);
  void end(std::string_view name, TaskEnd end);
  bool is_open() const { return total_ > 0; }

  // Returns the running tasks, longest first, and a line of counts. There are at most as many lines as `rows`
  // has room for, and each is cut to fit.
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

// A block of lines on the terminal. The cursor stays at its end.
class TerminalBlock {
 public:
  bool is_drawn() const { return !drawn_.empty(); }
  bool shows(const std::vector<std::string>& lines, std::size_t columns) const {
    return lines == drawn_ && columns == columns_;
  }
  // Returns the text that removes the block. `columns` is the current width of the terminal, which may have
  // wrapped the lines differently since they were drawn.
  std::string erase(std::size_t columns);
  std::string draw(std::vector<std::string> lines, std::size_t columns);

 private:
  std::vector<std::string> drawn_;
  std::size_t columns_ = 0;
};

}  // namespace dvx
