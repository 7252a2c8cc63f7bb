#include "core/pipeline/stage_shell.h"

#include <fmt/format.h>

#include "base/subprocess.h"

namespace dvx {

std::vector<std::string> shell_commands(const Stage& stage) {
  return shell_commands(stage, stage.commands);
}

std::vector<std::string> shell_commands(const Stage& stage, const std::vector<std::string>& commands) {
  const std::string& shell = stage.execution.shell;
  if (shell.empty()) return commands;
  // Of the user's own files zsh reads one even for a command.
  const std::string start = shell == "zsh" ? "exec zsh --no-rcs -c " : fmt::format("exec {} -c ", shell);
  std::vector<std::string> started;
  for (const std::string& command : commands) started.push_back(start + shell_quote(command));
  return started;
}

}  // namespace dvx
