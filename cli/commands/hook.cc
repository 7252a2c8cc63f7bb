// `dvx hook run pre-commit` is the command that the installed git hooks call. It is not meant for people, so
// the overview leaves it out.
#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "cli/commands/commands.h"
#include "hooks/pre_commit.h"

namespace dvx {

namespace {

nlohmann::json json_of(const PreCommitFinding& finding) {
  nlohmann::json out = {{"kind", pre_commit_finding_name(finding.kind)},
                        {"path", finding.path},
                        {"message", finding.message},
                        {"hint", finding.hint}};
  if (finding.size > 0) out["size"] = finding.size;
  return out;
}

Outcome outcome_of(const PreCommitVerdict& verdict, const Text& text) {
  Outcome outcome;
  outcome.warnings = verdict.warnings;
  outcome.data["findings"] = nlohmann::json::array();
  for (const PreCommitFinding& finding : verdict.findings)
    outcome.data["findings"].push_back(json_of(finding));
  if (verdict.findings.empty()) return outcome;
  outcome.exit = 1;
  outcome.text = text.red("dvx stopped this commit") + "\n";
  for (const PreCommitFinding& finding : verdict.findings) {
    const Shown size = finding.size > 0 ? show(" ({})", human_size(finding.size)) : "";
    outcome.text += show("  {}{}\n    {}\n", finding.message, size, text.cyan(finding.hint));
  }
  outcome.text += "Do what is indented and commit again; 'git commit --no-verify' skips this check.\n";
  return outcome;
}

Outcome run_hook(Invocation& invocation) {
  try {
    return outcome_of(check_pre_commit(invocation.repository(), invocation.progress()), invocation.text());
  } catch (const Error& error) {
    // The branch is older than the use of dvx here, so there is nothing to check.
    if (error.kind() != ErrorKind::NotARepository) throw;
    return {};
  }
}

}  // namespace

CommandSpec hook_command() {
  return {.name = "hook",
          .group = "",
          .summary = "Run a git hook",
          .example = "dvx hook run pre-commit",
          .declare = [](CLI::App& app) -> Action {
            CLI::App* run_app = app.add_subcommand("run", "Run a git hook");
            auto name = std::make_shared<std::string>();
            run_app->add_option("name", *name, "Name of the hook")
                ->required()
                ->check(CLI::IsMember({"pre-commit"}));
            app.require_subcommand(1);
            return [name](Invocation& invocation) { return run_hook(invocation); };
          }};
}

}  // namespace dvx
