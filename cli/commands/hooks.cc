#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "base/path.h"
#include "cli/commands/commands.h"
#include "hooks/hook_files.h"

namespace dvx {

namespace {

enum class Verb { Status, Install, Uninstall };

nlohmann::json json_of(const HookStatus& hook) {
  return {{"name", hook.name},
          {"file", hook.file},
          {"installed", hook.state == HookState::Installed || hook.state == HookState::Outdated},
          {"outdated", hook.state == HookState::Outdated},
          {"foreign", hook.state == HookState::Foreign},
          {"chained", hook.chained}};
}

Shown line_of(const HookStatus& hook, const Text& text) {
  const std::string name(hook_state_name(hook.state));
  Shown line =
      show("{}: {}", hook.name, hook.state == HookState::Installed ? text.green(name) : text.yellow(name));
  if (hook.state == HookState::Foreign) line += " (another hook is there)";
  if (hook.chained) line += " (runs the hook from before first)";
  return line + "\n";
}

Outcome run(Invocation& invocation, Verb verb) {
  Repository& repository = invocation.repository();
  const std::string executable = invocation.surroundings().executable;
  const auto hooks = verb == Verb::Install     ? install_hooks(repository.git(), executable)
                     : verb == Verb::Uninstall ? uninstall_hooks(repository.git(), executable)
                                               : hook_status(repository.git(), executable);
  Outcome outcome;
  outcome.data["hooks"] = nlohmann::json::array();
  for (const HookStatus& hook : hooks) {
    outcome.text += line_of(hook, invocation.text());
    outcome.data["hooks"].push_back(json_of(hook));
    if (verb == Verb::Status && hook.state != HookState::Installed) outcome.hint = "dvx hooks install";
  }
  return outcome;
}

}  // namespace

CommandSpec hooks_command() {
  return {.name = "hooks",
          .group = group::kSetup,
          .summary = "Install the git hooks that keep data out of git",
          .example = "dvx hooks install",
          .declare = [](CLI::App& app) -> Action {
            auto verb = std::make_shared<Verb>(Verb::Status);
            const auto declare = [&](const char* name, const char* summary, Verb value) {
              app.add_subcommand(name, summary)->callback([verb, value] { *verb = value; });
            };
            declare("install", "Put the hooks in place; a hook that is there already runs first",
                    Verb::Install);
            declare("uninstall", "Take them away and put back what was there before", Verb::Uninstall);
            declare("status", "Tell which are in place", Verb::Status);
            app.require_subcommand(1);
            return [verb](Invocation& invocation) { return run(invocation, *verb); };
          }};
}

}  // namespace dvx
