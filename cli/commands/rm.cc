#include "core/commands/rm.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

Outcome run(Invocation& invocation, const RmOptions& options) {
  Repository& repository = invocation.repository();
  const RmReport report = rm(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data["removed"] = nlohmann::json::array();
  for (const RemovedPath& removed : report.removed) {
    outcome.text += show("no longer tracked: {}{}\n", display_path(repository.to_user(removed.path)),
                         removed.data_removed ? " (data removed)" : "");
    outcome.data["removed"].push_back(
        {{"path", removed.path}, {"id", removed.data.id.to_hex()}, {"data_removed", removed.data_removed}});
  }
  return outcome;
}

}  // namespace

CommandSpec rm_command() {
  return {.name = "rm",
          .group = group::kWorkspace,
          .summary = "Stop tracking data; it stays in the workspace unless --data is given",
          .example = "dvx rm data/old",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<RmOptions>();
            app.add_option("paths", options->paths, "Tracked data, or its pointer file")
                ->type_name("PATH...")
                ->required();
            app.add_flag_callback(
                "--data", [options] { options->data = WorkspaceData::Remove; },
                "Also remove the data from the workspace; it stays in the store");
            app.add_flag_callback(
                "-f,--force", [options] { options->overwrite = Overwrite::Everything; },
                "With --data: remove data that is not in the store, too");
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
