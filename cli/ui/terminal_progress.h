// Progress on stderr: a bar on a terminal, and what runs and waits while there are tasks (live_view.h); a
// line every few seconds elsewhere. Whatever it is told is escaped, save what a stage prints where nothing is
// drawn: its user ran it, and sees its colours. Safe from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/progress.h"
#include "base/task_watch.h"
#include "cli/ui/live_view.h"
#include "cli/ui/shown.h"

namespace dvx {

// Whole text at once, so that lines of threads do not mix. A stderr that is gone is ignored.
void write_to_stderr(const Shown& text);

class TerminalProgress final : public Progress, public TaskWatch {
 public:
  struct Options {
    bool drawing = false;  // stderr is a terminal that wants a bar
    bool quiet = false;
  };
  explicit TerminalProgress(Options options) : options_(options) {}
  ~TerminalProgress() override;

  void begin(std::string_view phase, std::uint64_t total_items, std::uint64_t total_bytes) override;
  void advance(std::uint64_t items, std::uint64_t bytes) override;
  void current(std::string_view what) override;
  void line(std::string_view text) override;
  void warning(std::string_view text) override;
  void end() override;
  void tasks(std::uint64_t total) override;
  void task_started(std::string_view name, std::optional<double> expected_seconds) override;
  void task_ended(std::string_view name, TaskEnd end) override;
  void task_line(std::string_view name, std::string_view text) override;
  bool shows_tasks() const override { return options_.drawing; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  void print(const Shown& text);
  void tell_status(Time now);
  void redraw(Time now);
  std::vector<std::string> lines(Time now) const;
  std::string status(Time now) const;
  void keep_drawing(const std::stop_token& stop);

  Options options_;
  std::mutex mutex_;
  std::string phase_, current_;
  std::uint64_t total_items_ = 0, total_bytes_ = 0, items_ = 0, bytes_ = 0;
  Time started_, shown_, tasks_began_;
  TaskBoard board_;
  TerminalBlock block_;
  std::condition_variable_any wake_;
  std::jthread clock_;  // draws while tasks run and nothing is told; last: joined before the rest goes
};

}  // namespace dvx
