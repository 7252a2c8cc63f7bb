#include "core/commands/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "cli/commands/commands.h"
#include "hooks/hook_files.h"

namespace dvx {

namespace {

std::string_view health_name(Health health) {
  switch (health) {
    case Health::Good:
      return "ok";
    case Health::Warning:
      return "warn";
    case Health::Bad:
      return "bad";
  }
  return "";
}

Shown colored(const Text& text, Health health) {
  const Shown word = show("{:<4}", health_name(health));
  switch (health) {
    case Health::Good:
      return text.green(word);
    case Health::Warning:
      return text.yellow(word);
    case Health::Bad:
      return text.red(word);
  }
  return word;
}

void add_hook_checks(Repository& repository, const std::string& executable, DoctorReport& report) {
  for (const HookStatus& hook : hook_status(repository.git(), executable)) {
    const bool good = hook.state == HookState::Installed;
    report.checks.push_back({"hook " + hook.name, good ? Health::Good : Health::Warning,
                             std::string(hook_state_name(hook.state)), good ? "" : "dvx hooks install"});
  }
}

DoctorReport examine(Invocation& invocation) {
  try {
    Repository& repository = invocation.repository();
    DoctorReport report = doctor(repository, invocation.progress());
    add_hook_checks(repository, invocation.surroundings().executable, report);
    return report;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::NotARepository) throw;
    DoctorReport report = examine_machine(invocation.surroundings());
    report.checks.push_back({"repository", Health::Warning, error.message(), error.hint()});
    return report;
  }
}

Outcome run(Invocation& invocation) {
  DoctorReport report = examine(invocation);
  report.checks.insert(report.checks.begin(), {"dvx", Health::Good, DVX_VERSION, ""});
  Outcome outcome;
  outcome.data["checks"] = nlohmann::json::array();
  for (const HealthCheck& check : report.checks) {
    outcome.text += show("{} {}: {}\n", colored(invocation.text(), check.health), check.name, check.finding);
    if (!check.hint.empty()) outcome.text += show("       {}\n", invocation.text().cyan(check.hint));
    outcome.data["checks"].push_back({{"name", check.name},
                                      {"health", health_name(check.health)},
                                      {"finding", check.finding},
                                      {"hint", check.hint}});
    if (check.health == Health::Bad) outcome.exit = 1;
  }
  return outcome;
}

}  // namespace

CommandSpec doctor_command() {
  return {
      .name = "doctor",
      .group = group::kSetup,
      .summary = "Tell whether this machine has what dvx needs",
      .example = "dvx doctor",
      .declare = [](CLI::App&) -> Action { return [](Invocation& invocation) { return run(invocation); }; }};
}

}  // namespace dvx
