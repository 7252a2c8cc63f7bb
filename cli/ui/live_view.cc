#include "cli/ui/live_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/ui/display_width.h"
#include "cli/ui/text.h"

namespace dvx {

namespace {

constexpr std::size_t kMostRunningShown = 8;
constexpr std::size_t kWidestName = 40;

std::string whole_seconds(double seconds) {
  return seconds < 60 ? fmt::format("{} s", static_cast<int>(seconds)) : human_seconds(seconds);
}

std::string padded(std::string text, std::size_t width) {
  const std::size_t own = display_width(text);
  return own < width ? text.append(width - own, ' ') : text;
}

}  // namespace

void TaskBoard::begin(std::uint64_t total) {
  *this = {};
  total_ = total;
}

void TaskBoard::start(std::string_view name, std::optional<double> expected_seconds, Time now) {
  running_.push_back({std::string(name), now, expected_seconds});
}

void TaskBoard::end(std::string_view name, TaskEnd end) {
  std::erase_if(running_, [&](const Running& task) { return task.name == name; });
  ++(end == TaskEnd::Done ? done_ : end == TaskEnd::Failed ? failed_ : skipped_);
}

std::string TaskBoard::time_text(const Running& task, Time now) {
  const double elapsed = std::chrono::duration<double>(now - task.started).count();
  std::string text = whole_seconds(elapsed);
  if (!task.expected_seconds) return text;
  const double left = *task.expected_seconds - elapsed;
  if (left >= 1) return fmt::format("{}, about {} left", text, whole_seconds(left));
  // A short task is over before anybody could wonder, so nothing is added.
  if (elapsed < 3 || left > -1) return text;
  return fmt::format("{}, took {} last time", text, whole_seconds(*task.expected_seconds));
}

std::string TaskBoard::counts() const {
  std::string text = fmt::format("{} of {} done", done_, total_);
  const auto add = [&](std::uint64_t count, const char* what) {
    if (count != 0) text += fmt::format(", {} {}", count, what);
  };
  const std::uint64_t begun = done_ + failed_ + skipped_ + running_.size();
  add(failed_, "failed");
  add(running_.size(), "running");
  add(total_ > begun ? total_ - begun : 0, "waiting");
  add(skipped_, "skipped");
  return text;
}

std::vector<std::string> TaskBoard::lines(Time now, std::size_t columns, std::size_t rows) const {
  std::vector<std::string> result;
  const std::size_t room = std::min(kMostRunningShown, rows < 4 ? 0 : rows / 2 - 1);
  const bool all_fit = running_.size() <= room;
  const std::size_t shown = all_fit ? running_.size() : room == 0 ? 0 : room - 1;
  std::size_t name_width = 0;
  for (std::size_t i = 0; i < shown; ++i)
    name_width = std::max(name_width, display_width(cut_to_width(running_[i].name, kWidestName)));
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string name = padded(cut_to_width(running_[i].name, kWidestName), name_width);
    result.push_back(fmt::format("  {}  {}", name, time_text(running_[i], now)));
  }
  if (!all_fit && room > 0) result.push_back(fmt::format("  and {} more", running_.size() - shown));
  result.push_back(counts());
  for (std::string& line : result) line = cut_to_width(line, columns);
  return result;
}

std::string TerminalBlock::erase(std::size_t columns) {
  if (drawn_.empty()) return {};
  std::size_t rows_above = 0;
  for (std::size_t i = 0; i < drawn_.size(); ++i) {
    const std::size_t width = std::max<std::size_t>(1, display_width(drawn_[i]));
    const bool is_last = i + 1 == drawn_.size();
    // The cursor stands at the end of the last line, or on its last column.
    rows_above += is_last ? (width - 1) / columns : (width + columns - 1) / columns;
  }
  drawn_.clear();
  return rows_above == 0 ? "\r\x1b[J" : fmt::format("\r\x1b[{}A\x1b[J", rows_above);
}

std::string TerminalBlock::draw(std::vector<std::string> lines, std::size_t columns) {
  std::string text = erase(columns);
  for (std::size_t i = 0; i < lines.size(); ++i) text.append(i == 0 ? "" : "\n").append(lines[i]);
  drawn_ = std::move(lines);
  columns_ = columns;
  return text;
}

}  // namespace dvx
