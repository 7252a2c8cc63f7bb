#include "core/commands/add.h"

#include <fmt/format.h>

#include <memory>

#include "base/display.h"
#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

std::string_view result_name(AddResult result) {
  switch (result) {
    case AddResult::Added:
      return "added";
    case AddResult::Updated:
      return "updated";
    case AddResult::Unchanged:
      return "unchanged";
  }
  return "";
}

Shown line_of(Repository& repository, const AddedPath& added, const Text& text) {
  const std::string files =
      added.data.kind == DataKind::Tree ? human_count(added.data.files, "file") + ", " : std::string();
  return show("{} {}  {}{}  {}\n", result_name(added.result), display_path(repository.to_user(added.path)),
              files, human_size(added.data.size), text.yellow(added.data.id.short_hex()));
}

nlohmann::json json_of(const AddedPath& added) {
  return {{"path", added.path},
          {"pointer", added.pointer},
          {"result", result_name(added.result)},
          {"kind", added.data.kind == DataKind::Tree ? "tree" : "file"},
          {"id", added.data.id.to_hex()},
          {"size", added.data.size},
          {"files", added.data.files},
          {"hashed", added.hashed_files},
          {"reused", added.reused_files}};
}

// The exit status is that of a partial failure when something was recorded all the same.
int exit_of(const AddReport& report) {
  if (report.failed.empty()) return report.invalid.empty() ? 0 : 1;
  return report.added.empty() ? exit_code(report.failed.front().error.kind()) : exit_code(ErrorKind::Partial);
}

Outcome run(Invocation& invocation, const AddOptions& options) {
  Repository& repository = invocation.repository();
  const AddReport report = add(repository, options, invocation.progress());
  Outcome outcome;
  outcome.exit = exit_of(report);
  outcome.data = {{"added", nlohmann::json::array()}};
  for (const AddedPath& added : report.added) {
    if (!invocation.quiet()) outcome.text += line_of(repository, added, invocation.text());
    outcome.data["added"].push_back(json_of(added));
  }
  for (const FailedPath& failed : report.failed) outcome.errors.push_back(failed.error);
  for (const SchemaVerdict& verdict : report.invalid) {
    for (const SchemaViolation& violation : verdict.violations) {
      outcome.errors.emplace_back(ErrorKind::Blocked, describe(violation), "", violation.path);
    }
    outcome.hint = fmt::format("dvx schema check {}", paste_quote(repository.to_user(verdict.path)));
  }
  return outcome;
}

}  // namespace

CommandSpec add_command() {
  return {.name = "add",
          .group = group::kWorkspace,
          .summary = "Track files and directories, or record their new versions",
          .example = "dvx add data/images data/labels.csv",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<AddOptions>();
            app.add_option("path", options->paths, "Files and directories")->required()->type_name("PATH...");
            app.add_option("--desc", options->desc, "A line about the data, kept in the pointer file");
            app.add_option("--schema", options->schema, "Schema file that the data must satisfy")
                ->type_name("FILE");
            app.add_option("--remote", options->remote, "Remote it goes to instead of the default")
                ->type_name("NAME");
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
