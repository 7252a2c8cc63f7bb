// Progress on stderr: a bar on a terminal, a line every few seconds elsewhere. Safe from any thread.
#pragma once

#include <chrono>
#include <mutex>
#include <string>

#include "base/progress.h"

namespace dvx {

// Whole text at once, so that lines of threads do not mix. A stderr that is gone is ignored.
void write_to_stderr(std::string_view text);

class TerminalProgress final : public Progress {
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

 private:
  using Time = std::chrono::steady_clock::time_point;
  void show(Time now);
  void erase();
  std::string status(Time now) const;

  Options options_;
  std::mutex mutex_;
  std::string phase_, current_;
  std::uint64_t total_items_ = 0, total_bytes_ = 0, items_ = 0, bytes_ = 0;
  Time started_, shown_;
  bool drawn_ = false;
};

}  // namespace dvx
