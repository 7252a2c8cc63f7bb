#include "core/commands/freeze.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/display.h"
#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

Outcome run(Invocation& invocation, const FreezeOptions& options) {
  Repository& repository = invocation.repository();
  const FreezeReport report = freeze(repository, options, invocation.progress());
  const char* state = options.frozen == Frozen::Yes ? "frozen" : "not frozen";
  Outcome outcome;
  outcome.data["stages"] = nlohmann::json::array();
  for (const FrozenStage& stage : report.stages) {
    outcome.data["stages"].push_back(
        {{"stage", stage.name}, {"file", stage.file}, {"changed", stage.changed}});
    if (!invocation.quiet())
      outcome.text +=
          show("{}: {}{}\n", invocation.text().bold(stage.name), state, stage.changed ? "" : " already");
  }
  std::string files;
  for (const std::string& file : report.files) files += " " + paste_quote(repository.to_user(file));
  if (!files.empty()) outcome.hint = "git add" + files;
  return outcome;
}

Action declare_freeze(CLI::App& app, Frozen frozen) {
  auto options = std::make_shared<FreezeOptions>();
  options->frozen = frozen;
  app.add_option("stages", options->targets, "Stages, groups of stages or patterns")
      ->type_name("STAGE...")
      ->required();
  return [options](Invocation& invocation) { return run(invocation, *options); };
}

}  // namespace

CommandSpec freeze_command() {
  return {.name = "freeze",
          .group = group::kPipeline,
          .summary = "Leave stages alone: repro takes their outputs as they are",
          .example = "dvx freeze prepare",
          .declare = [](CLI::App& app) { return declare_freeze(app, Frozen::Yes); }};
}

CommandSpec unfreeze_command() {
  return {.name = "unfreeze",
          .group = group::kPipeline,
          .summary = "Let repro run stages again that were frozen",
          .example = "dvx unfreeze prepare",
          .declare = [](CLI::App& app) { return declare_freeze(app, Frozen::No); }};
}

}  // namespace dvx
