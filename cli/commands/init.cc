#include "core/commands/init.h"

#include <fmt/format.h>

#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

Outcome run_init(Invocation& invocation) {
  const InitReport report = init(invocation.surroundings(), invocation.progress());
  Outcome outcome;
  outcome.data = {{"root", report.root},
                  {"project", report.project},
                  {"existed", report.existed},
                  {"written", report.written}};
  if (report.existed && report.written.empty()) {
    outcome.text = show("already a dvx repository: {}\n", display_path(report.root));
    return outcome;
  }
  if (!invocation.quiet()) {
    outcome.text = show("{} dvx repository in {}\n", report.existed ? "mended the" : "made a",
                        display_path(report.root));
    for (const std::string& file : report.written) outcome.text += show("staged {}\n", file);
  }
  outcome.hint = "dvx add DATA";
  return outcome;
}

}  // namespace

CommandSpec init_command() {
  return {.name = "init",
          .group = group::kStart,
          .summary = "Make the git repository here a dvx repository",
          .example = "git init && dvx init",
          .declare = [](CLI::App&) -> Action { return run_init; }};
}

}  // namespace dvx
