#include "core/execution/stage/local_runner.h"

#include <fcntl.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <memory>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/subprocess.h"
#include "core/execution/trace/tracer.h"

namespace dvx {

namespace {

// Gives whole lines on; what is left without a line feed at the end counts as one.
class LineSplitter {
 public:
  explicit LineSplitter(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}

  void add(std::string_view piece) {
    if (!on_line_) return;
    for (auto feed = piece.find('\n'); feed != std::string_view::npos; feed = piece.find('\n')) {
      rest_ += piece.substr(0, feed);
      give();
      piece.remove_prefix(feed + 1);
    }
    rest_ += piece;
    if (rest_.size() > kLongestLine) give();
  }

  void finish() {
    if (!rest_.empty()) give();
  }

 private:
  static constexpr std::size_t kLongestLine = 64 * 1024;  // a program that prints no line feeds

  void give() {
    on_line_(rest_);
    rest_.clear();
  }

  const std::function<void(std::string_view)>& on_line_;
  std::string rest_;
};

// The log is new: its time is now, by the clock of the file system.
std::unique_ptr<Tracer> tracer_for(const CommandJob& job, const UniqueFd& log) {
  if (job.traced_beneath.empty()) return nullptr;
  struct ::stat st {};
  if (::fstat(log.get(), &st) != 0) throw system_error("read", job.log_file);
  return std::make_unique<Tracer>(job.traced_beneath, to_ns(st.st_mtim));
}

ProcessResult run_command(const std::vector<std::string>& words, ProcessOptions& options, Tracer* tracer) {
  const auto watch = tracer != nullptr ? tracer->watch(options) : nullptr;
  try {
    return run_process(words, options);
  } catch (const Error&) {
    if (watch) watch->throw_if_refused();
    throw;
  }
}

// Behind a launcher the command is told first, and the launcher, which would take it along at once, only when
// that took too long.
class LaunchedStop {
 public:
  explicit LaunchedStop(const CommandJob& job) : job_(job) {}

  bool was_asked() const { return asked_.has_value(); }
  // Whether the launcher is to be stopped now.
  bool ask() {
    if (!job_.launcher.tell) return true;
    const auto now = std::chrono::steady_clock::now();
    if (!asked_) {
      asked_ = now;
      return !job_.launcher.tell(SIGTERM);
    }
    return now - *asked_ > std::chrono::seconds(5) || (job_.kill_now && job_.kill_now());
  }

 private:
  const CommandJob& job_;
  std::optional<std::chrono::steady_clock::time_point> asked_;
};

// A launcher ends with a status where its command was killed.
int signal_in_status(const CommandJob& job, int status) {
  constexpr int kSignals[] = {SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGTERM, SIGSYS};
  const bool is_one =
      !job.launcher.words.empty() && std::ranges::find(kSignals, status - 128) != std::end(kSignals);
  return is_one ? status - 128 : 0;
}

std::vector<std::string> launched(const CommandJob& job, const std::vector<std::string>& words) {
  std::vector<std::string> all = job.launcher.words;
  all.insert(all.end(), words.begin(), words.end());
  return all;
}

}  // namespace

CommandOutcome LocalRunner::run(const CommandJob& job) {
  const UniqueFd log = open_file(job.log_file, O_WRONLY | O_CREAT | O_TRUNC);
  LineSplitter lines(job.on_line);
  ProcessOptions options;
  options.directory = job.directory;
  options.environment = job.environment;
  options.merge_stderr = true;
  options.die_with_us = true;
  const std::unique_ptr<Tracer> tracer = tracer_for(job, log);
  CommandOutcome outcome;
  LaunchedStop stop(job);
  const auto started = std::chrono::steady_clock::now();
  options.should_stop = [&] {
    const bool is_wanted = job.should_stop && job.should_stop();
    if (!is_wanted)
      outcome.overdue = job.timeout && std::chrono::steady_clock::now() - started > *job.timeout;
    return (is_wanted || outcome.overdue) && stop.ask();
  };
  options.kill_now = job.kill_now;
  options.on_output = [&](std::string_view piece) {
    write_all(log.get(), piece, job.log_file);
    lines.add(piece);
  };
  for (outcome.command = 0; outcome.command < job.commands.size(); ++outcome.command) {
    const ProcessResult result =
        run_command(launched(job, {"/bin/sh", "-c", job.commands[outcome.command]}), options, tracer.get());
    lines.finish();
    outcome.exit_status = result.exit_status;
    outcome.signal = result.signal != 0 ? result.signal : signal_in_status(job, result.exit_status);
    outcome.stopped = result.stopped || stop.was_asked();
    outcome.wall_seconds += result.wall_seconds;
    outcome.cpu_seconds += result.user_seconds + result.system_seconds;
    outcome.peak_memory_bytes = std::max(outcome.peak_memory_bytes, result.peak_memory_bytes);
    if (!outcome.ok()) break;
  }
  if (tracer) outcome.files = tracer->settle();
  return outcome;
}

}  // namespace dvx
