#include "core/formats/pipeline/stage_shell.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/subprocess.h"

namespace dvx {

namespace {

bool says_something(std::string_view line) {
  const auto first = line.find_first_not_of(" \t\r");
  return first != std::string_view::npos && line[first] != '#';
}

bool is_continued(std::string_view line) {
  const auto last = line.find_last_not_of('\\');
  const std::size_t backslashes = line.size() - (last == std::string_view::npos ? 0 : last + 1);
  return backslashes % 2 == 1;
}

// `shell` may be fish, or Python.
bool has_set_e(const std::string& shell) {
  constexpr std::string_view kShells[] = {"",    "bash", "dash", "zsh",  "ksh",
                                          "ash", "mksh", "yash", "posh", "rbash"};
  return std::ranges::find(kShells, std::string_view(shell)) != std::end(kShells);
}

// On the first line, so that the numbers of lines in messages of the shell stay what they are. Options that
// the command sets itself come after it and win.
std::string stopping(const std::string& command, const std::string& shell) {
  return has_set_e(shell) && stops_at_failing_line(command) ? "set -e; " + command : command;
}

}  // namespace

bool stops_at_failing_line(std::string_view command) {
  std::size_t lines = 0;
  bool goes_on = false;  // the line before ends with a backslash
  while (!command.empty()) {
    const auto feed = command.find('\n');
    const std::string_view line = command.substr(0, feed);
    if (!goes_on && says_something(line)) ++lines;
    goes_on = is_continued(line);
    command = feed == std::string_view::npos ? std::string_view() : command.substr(feed + 1);
  }
  return lines > 1;
}

bool stops_at_failing_line(const Stage& stage) {
  return has_set_e(stage.execution.shell) &&
         std::ranges::any_of(stage.commands, [](const std::string& c) { return stops_at_failing_line(c); });
}

std::vector<std::string> shell_commands(const Stage& stage) {
  return shell_commands(stage, stage.commands);
}

std::vector<std::string> shell_commands(const Stage& stage, const std::vector<std::string>& commands) {
  const std::string& shell = stage.execution.shell;
  // Of the user's own files zsh reads one even for a command.
  const std::string start = shell == "zsh" ? "exec zsh --no-rcs -c " : fmt::format("exec {} -c ", shell);
  std::vector<std::string> started;
  for (const std::string& command : commands)
    started.push_back(shell.empty() ? stopping(command, shell)
                                    : start + shell_quote(stopping(command, shell)));
  return started;
}

}  // namespace dvx
