// Shows progress on stderr. On a terminal this is a bar, and while there are tasks it shows which run and
// wait (live_view.h). Elsewhere it prints a line every few seconds. All text is escaped, except the output of
// a stage when nothing is drawn, so that users see the colours of the programs they run. All calls are safe
// from any thread.
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

// Writes the text in one call, so that the lines of threads do not mix. A closed stderr is ignored.
void write_to_stderr(const Shown& text);

class TerminalProgress final : public Progress, public TaskWatch {
 public:
  struct Options {
    bool drawing = false;  // stderr is a terminal, and a bar is wanted
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
  // Draws while tasks run and no call comes. This is the last member, so the thread is joined before the
  // other members are destroyed.
  std::jthread clock_;
};

}  // namespace dvx
