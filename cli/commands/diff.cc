#include "core/commands/diff.h"

#include <memory>

#include "cli/commands/commands.h"
#include "cli/ui/changes.h"

namespace dvx {

namespace {

enum class ExitCode { Plain, ByDifference };

struct DiffArguments {
  DiffOptions options;
  ExitCode exit_code = ExitCode::Plain;
};

Outcome run(Invocation& invocation, const DiffArguments& arguments) {
  Repository& repository = invocation.repository();
  const DiffReport report = diff(repository, arguments.options, invocation.progress());
  Outcome outcome;
  outcome.data = {{"before", report.before},
                  {"after", report.after},
                  {"data", changes_json(report.data, FileList::Shown)},
                  {"params", changes_json(report.values.params)},
                  {"metrics", changes_json(report.values.metrics)},
                  {"unreadable_values", unreadable_json(report.values.unreadable)}};
  for (const UnreadableValues& values : report.values.unreadable)
    outcome.warnings.push_back(describe_unreadable(values));
  const Text& text = invocation.text();
  const auto section = [&](const char* heading, const Shown& lines) {
    if (!lines.empty() && !invocation.quiet()) outcome.text += text.bold(heading) + "\n" + lines;
  };
  section("data", changes_text(repository, report.data, FileList::Shown, text));
  section("parameters", changes_text(repository, report.values.params, text));
  section("metrics", changes_text(repository, report.values.metrics, text));
  for (const FailedPath& failed : report.failed) outcome.errors.push_back(failed.error);
  if (!report.failed.empty()) {
    outcome.exit = exit_code(ErrorKind::Partial);
  } else if (report.differs() && arguments.exit_code == ExitCode::ByDifference) {
    outcome.exit = 1;
  }
  return outcome;
}

}  // namespace

CommandSpec diff_command() {
  return {.name = "diff",
          .group = group::kHistory,
          .summary = "Show what differs in data, parameters and metrics",
          .example = "dvx diff v1.0 HEAD data/raw",
          .declare = [](CLI::App& app) -> Action {
            auto arguments = std::make_shared<DiffArguments>();
            app.add_option(
                   "revisions", arguments->options.arguments,
                   "One revision to compare with the workspace, or two; HEAD when left out. Then paths")
                ->type_name("[A [B]] [PATH...]");
            app.add_flag_callback(
                "--exit-code", [arguments] { arguments->exit_code = ExitCode::ByDifference; },
                "Exit 1 when something differs");
            return [arguments](Invocation& invocation) { return run(invocation, *arguments); };
          }};
}

}  // namespace dvx
