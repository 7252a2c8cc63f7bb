#include "core/commands/unprotect.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

Outcome run(Invocation& invocation, const std::vector<std::string>& paths) {
  Repository& repository = invocation.repository();
  const UnprotectReport report = unprotect(repository, paths, invocation.progress());
  Outcome outcome;
  outcome.data["files"] = report.files;
  for (const std::string& file : report.files)
    outcome.text += show("unprotected: {}\n", display_path(repository.to_user(file)));
  if (report.files.empty()) outcome.text = "nothing to do: no links into the store\n";
  return outcome;
}

}  // namespace

CommandSpec unprotect_command() {
  return {.name = "unprotect",
          .group = group::kWorkspace,
          .summary = "Make links into the store files of their own, to change them in place",
          .example = "dvx unprotect data/raw/labels.csv",
          .declare = [](CLI::App& app) -> Action {
            auto paths = std::make_shared<std::vector<std::string>>();
            app.add_option("paths", *paths, "Tracked data, or files and directories inside of it")
                ->type_name("PATH...")
                ->required();
            return [paths](Invocation& invocation) { return run(invocation, *paths); };
          }};
}

}  // namespace dvx
