#include "cli/ui/terminal_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "base/path.h"
#include "cli/ui/text.h"

namespace dvx {

namespace {
constexpr auto kDrawEvery = std::chrono::milliseconds(100);
constexpr auto kDrawAfter = std::chrono::milliseconds(300);  // short work shows nothing
constexpr auto kLineEvery = std::chrono::seconds(5);

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}
}  // namespace

void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(2, text.data(), text.size());
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

TerminalProgress::~TerminalProgress() {
  end();
}

void TerminalProgress::begin(std::string_view phase, std::uint64_t total_items, std::uint64_t total_bytes) {
  const std::lock_guard lock(mutex_);
  erase();
  phase_ = phase;
  current_.clear();
  total_items_ = total_items;
  total_bytes_ = total_bytes;
  items_ = bytes_ = 0;
  started_ = shown_ = std::chrono::steady_clock::now();
}

void TerminalProgress::advance(std::uint64_t items, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  items_ += items;
  bytes_ += bytes;
  show(std::chrono::steady_clock::now());
}

void TerminalProgress::current(std::string_view what) {
  const std::lock_guard lock(mutex_);
  current_ = what;
  show(std::chrono::steady_clock::now());
}

void TerminalProgress::line(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (options_.quiet) return;
  erase();
  write_to_stderr(fmt::format("{}\n", text));
}

void TerminalProgress::warning(std::string_view text) {
  const std::lock_guard lock(mutex_);
  erase();
  write_to_stderr(fmt::format("warning: {}\n", text));
}

void TerminalProgress::end() {
  const std::lock_guard lock(mutex_);
  erase();
  phase_.clear();
}

void TerminalProgress::show(Time now) {
  if (phase_.empty() || options_.quiet) return;
  if (!options_.drawing) {
    if (now - shown_ < kLineEvery) return;
    shown_ = now;
    write_to_stderr(status(now) + "\n");
    return;
  }
  if (now - started_ < kDrawAfter || now - shown_ < kDrawEvery) return;
  shown_ = now;
  std::string text = status(now);
  if (!current_.empty()) text += "  " + display_path(current_);
  text.resize(std::min(text.size(), terminal_columns() - 1));
  write_to_stderr(fmt::format("\r\x1b[2K{}", text));
  drawn_ = true;
}

void TerminalProgress::erase() {
  if (!drawn_) return;
  write_to_stderr("\r\x1b[2K");
  drawn_ = false;
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
