#include "core/commands/mv.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

Outcome run(Invocation& invocation, const MvOptions& options) {
  Repository& repository = invocation.repository();
  const MvReport report = mv(repository, options, invocation.progress());
  Outcome outcome;
  outcome.text = show("{} -> {}{}\n", display_path(repository.to_user(report.from)),
                      display_path(repository.to_user(report.to)),
                      report.data_moved ? "" : " (the data is not in the workspace)");
  outcome.data = {
      {"from", report.from}, {"to", report.to}, {"data_moved", report.data_moved}, {"stages", report.stages}};
  for (const std::string& stage : report.stages) {
    outcome.warnings.push_back(
        fmt::format("stage '{}' in dvx.yaml still depends on '{}'", stage, display_path(report.from)));
  }
  return outcome;
}

}  // namespace

CommandSpec mv_command() {
  return {
      .name = "mv",
      .group = group::kWorkspace,
      .summary = "Move tracked data together with its pointer file",
      .example = "dvx mv data/raw data/2026",
      .declare = [](CLI::App& app) -> Action {
        auto options = std::make_shared<MvOptions>();
        app.add_option("from", options->from, "Tracked data, or its pointer file")
            ->type_name("FROM")
            ->required();
        app.add_option("to", options->to, "New path, or an existing directory")->type_name("TO")->required();
        return [options](Invocation& invocation) { return run(invocation, *options); };
      }};
}

}  // namespace dvx
