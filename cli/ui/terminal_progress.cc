#include "cli/ui/terminal_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/thread_start.h"
#include "cli/ui/display_width.h"
#include "cli/ui/text.h"

namespace dvx {

namespace {
constexpr auto kDrawEvery = std::chrono::milliseconds(100);
constexpr auto kDrawAfter = std::chrono::milliseconds(300);  // short work shows nothing
constexpr auto kLineEvery = std::chrono::seconds(5);

struct TerminalSize {
  std::size_t columns = 80, rows = 24;
};

TerminalSize terminal_size() {
  winsize size{};
  if (::ioctl(2, TIOCGWINSZ, &size) != 0) return {};
  return {.columns = size.ws_col > 1 ? size.ws_col : 80U, .rows = size.ws_row > 0 ? size.ws_row : 24U};
}
}  // namespace

namespace {
void write_bytes_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(2, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}
}  // namespace

void write_to_stderr(const Shown& text) {
  write_bytes_to_stderr(text.string());
}

TerminalProgress::~TerminalProgress() {
  tasks(0);
  end();
}

void TerminalProgress::begin(std::string_view phase, std::uint64_t total_items, std::uint64_t total_bytes) {
  const std::lock_guard lock(mutex_);
  if (!board_.is_open()) print({});
  phase_ = phase;
  current_.clear();
  total_items_ = total_items;
  total_bytes_ = total_bytes;
  items_ = bytes_ = 0;
  started_ = std::chrono::steady_clock::now();
  if (!board_.is_open()) shown_ = started_;
}

void TerminalProgress::advance(std::uint64_t items, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  items_ += items;
  bytes_ += bytes;
  tell_status(std::chrono::steady_clock::now());
}

void TerminalProgress::current(std::string_view what) {
  const std::lock_guard lock(mutex_);
  current_ = what;
  tell_status(std::chrono::steady_clock::now());
}

void TerminalProgress::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (!options_.quiet) print(Shown::of(text) + "\n");
}

void TerminalProgress::task_line(std::string_view name, std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (options_.quiet) return;
  // Characters that move the cursor would break the lines below.
  print(show("{} | {}\n", name, Shown::output(options_.drawing ? harmless_line(text) : std::string(text))));
}

void TerminalProgress::warning(std::string_view text) {
  const std::lock_guard lock(mutex_);
  print(show("warning: {}\n", text));
}

void TerminalProgress::end() {
  const std::lock_guard lock(mutex_);
  phase_.clear();
  if (!board_.is_open()) print({});
}

void TerminalProgress::tasks(std::uint64_t total) {
  std::jthread over;  // joined when the mutex is free
  const std::lock_guard lock(mutex_);
  if (!options_.drawing) return;
  board_.begin(total);
  tasks_began_ = std::chrono::steady_clock::now();
  if (total == 0) {
    print({});
    over = std::move(clock_);
    over.request_stop();
  } else if (!clock_.joinable()) {
    clock_ = start_thread_if_possible([this](const std::stop_token& stop) { keep_drawing(stop); });
  }
}

void TerminalProgress::task_started(std::string_view name, std::optional<double> expected_seconds) {
  const std::lock_guard lock(mutex_);
  board_.start(name, expected_seconds, std::chrono::steady_clock::now());
}

void TerminalProgress::task_ended(std::string_view name, TaskEnd end) {
  const std::lock_guard lock(mutex_);
  board_.end(name, end);
}

void TerminalProgress::keep_drawing(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    wake_.wait_for(lock, stop, kDrawEvery, [] { return false; });
    const auto now = std::chrono::steady_clock::now();
    if (!stop.stop_requested() && board_.is_open() && now - tasks_began_ >= kDrawAfter) redraw(now);
  }
}

// Prints text above the block in one write. The block is drawn again with it, unless that would happen too
// often.
void TerminalProgress::print(const Shown& text) {
  const auto now = std::chrono::steady_clock::now();
  const TerminalSize size = options_.drawing ? terminal_size() : TerminalSize();
  const bool was_drawn = block_.is_drawn();
  std::string out = block_.erase(size.columns) + text.string();
  if (was_drawn && board_.is_open() && now - shown_ >= kDrawEvery) {
    out += block_.draw(lines(now), size.columns);
    shown_ = now;
  }
  write_bytes_to_stderr(out);
}

void TerminalProgress::tell_status(Time now) {
  if (phase_.empty() || options_.quiet || board_.is_open()) return;
  if (!options_.drawing) {
    if (now - shown_ < kLineEvery) return;
    shown_ = now;
    write_to_stderr(show("{}\n", status(now)));
    return;
  }
  if (now - started_ >= kDrawAfter && now - shown_ >= kDrawEvery) redraw(now);
}

void TerminalProgress::redraw(Time now) {
  const std::size_t columns = terminal_size().columns;
  std::vector<std::string> wanted = lines(now);
  if (block_.shows(wanted, columns)) return;
  shown_ = now;
  write_bytes_to_stderr(block_.draw(std::move(wanted), columns));
}

std::vector<std::string> TerminalProgress::lines(Time now) const {
  const TerminalSize size = terminal_size();
  std::vector<std::string> result;
  if (board_.is_open()) result = board_.lines(now, size.columns - 1, size.rows);
  const bool is_slow = !phase_.empty() && now - started_ >= kDrawAfter;
  if (is_slow || result.empty()) {
    std::string text = status(now);
    if (!current_.empty()) text += "  " + current_;
    // The line goes above the line of counts.
    result.insert(result.end() - (result.empty() ? 0 : 1), cut_to_width(text, size.columns - 1));
  }
  return result;
}

std::string TerminalProgress::status(Time now) const {
  std::string text = phase_ + ":";
  const bool by_bytes = total_bytes_ > 0;
  const double done =
      by_bytes ? static_cast<double>(bytes_) / static_cast<double>(total_bytes_)
               : (total_items_ > 0 ? static_cast<double>(items_) / static_cast<double>(total_items_) : 0);
  if (total_bytes_ > 0 || total_items_ > 0) text += fmt::format(" {:3.0f} %", std::min(done, 1.0) * 100);
  if (total_items_ > 0) {
    text += fmt::format(" {}/{}", items_, total_items_);
  } else if (items_ > 0) {
    text += fmt::format(" {}", items_);
  }
  const double seconds = std::chrono::duration<double>(now - started_).count();
  if (bytes_ > 0)
    text += fmt::format(
        ", {}, {}/s", human_size(bytes_),
        human_size(static_cast<std::uint64_t>(static_cast<double>(bytes_) / std::max(seconds, 0.001))));
  if (done > 0.02 && done < 1 && seconds > 1)
    text += fmt::format(", {} left", human_seconds(seconds * (1 - done) / done));
  return text;
}

}  // namespace dvx
