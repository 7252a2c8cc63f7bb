#include "core/commands/commit.h"

#include <fmt/format.h>

#include <memory>

#include "base/display.h"
#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

Shown line_of(Repository& repository, const RecordedChange& change) {
  const std::string path = display_path(repository.to_user(change.path));
  return show("recorded {}{} ({}, {})\n", path, change.after.kind == DataKind::Tree ? "/" : "",
              human_count(change.after.files, "file"), human_size(change.after.size));
}

std::string checkout_hint(Repository& repository, const std::string& path) {
  const std::string quoted = paste_quote(repository.to_user(path));
  return fmt::format("dvx checkout {0}   (or dvx add {0}, to record what is there)", quoted);
}

void describe_stop(Repository& repository, const CommitReport& report, Outcome& outcome) {
  for (const FailedPath& failed : report.failed) outcome.errors.push_back(failed.error);
  for (const std::string& path : report.changed_outputs) {
    outcome.text += show("{}: an output of a stage that is not what dvx.lock records\n",
                         display_path(repository.to_user(path)));
    outcome.hint = "dvx repro";
  }
  for (const SchemaVerdict& verdict : report.invalid) {
    for (const SchemaViolation& violation : verdict.violations)
      outcome.text += show("{}\n", describe(violation));
    if (verdict.violation_count > verdict.violations.size()) {
      outcome.text +=
          show("{}: and {} more\n", verdict.path, verdict.violation_count - verdict.violations.size());
    }
    outcome.hint = fmt::format("dvx schema check {}", paste_quote(repository.to_user(verdict.path)));
  }
  outcome.text += "nothing was recorded\n";
  outcome.exit = report.failed.empty() ? 1 : exit_code(ErrorKind::Partial);
}

nlohmann::json json_of(const CommitReport& report) {
  nlohmann::json out = {{"recorded", nlohmann::json::array()},
                        {"partial", report.partial},
                        {"changed_outputs", report.changed_outputs},
                        {"invalid", nlohmann::json::array()},
                        {"git_status", nullptr}};
  for (const RecordedChange& change : report.recorded) {
    out["recorded"].push_back(
        {{"path", change.path},
         {"before", change.before ? nlohmann::json(change.before->id.to_hex()) : nlohmann::json()},
         {"after", change.after.id.to_hex()},
         {"size", change.after.size},
         {"files", change.after.files}});
  }
  for (const SchemaVerdict& verdict : report.invalid) {
    nlohmann::json violations = nlohmann::json::array();
    for (const SchemaViolation& violation : verdict.violations) violations.push_back(describe(violation));
    out["invalid"].push_back({{"path", verdict.path},
                              {"schema", verdict.schema},
                              {"count", verdict.violation_count},
                              {"violations", violations}});
  }
  if (report.git_status) out["git_status"] = *report.git_status;
  return out;
}

Outcome run(Invocation& invocation, CommitOptions options) {
  Repository& repository = invocation.repository();
  if (invocation.quiet()) options.output = GitOutput::Quiet;
  if (invocation.json()) options.output = GitOutput::ErrorStream;
  const CommitReport report = commit(repository, options, invocation.progress());
  for (const std::string& path : report.partial) {
    invocation.progress().warning(fmt::format("'{}' stays recorded as it was: its checkout was cut short",
                                              display_path(repository.to_user(path))));
  }
  Outcome outcome;
  outcome.data = json_of(report);
  if (report.stopped()) {
    describe_stop(repository, report, outcome);
    return outcome;
  }
  outcome.exit = report.git_status.value_or(0);
  if (report.git_refusal) {
    outcome.exit = exit_code(report.git_refusal->kind());
    outcome.errors.push_back(*report.git_refusal);
  }
  if (!report.partial.empty()) outcome.hint = checkout_hint(repository, report.partial.front());
  if (invocation.quiet()) return outcome;
  for (const RecordedChange& change : report.recorded) outcome.text += line_of(repository, change);
  if (!options.message) {
    if (report.recorded.empty()) outcome.text = "tracked data is as recorded\n";
    if (outcome.hint.empty()) outcome.hint = "git commit";
  }
  return outcome;
}

}  // namespace

CommandSpec commit_command() {
  return {.name = "commit",
          .group = group::kWorkspace,
          .summary = "Record what changed in tracked data, and commit it to git",
          .example = "dvx commit -m \"Add the March scans\"",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<CommitOptions>();
            app.add_option("-m,--message", options->message,
                           "Message of the git commit; without it, changes are recorded and staged only");
            app.add_flag_callback(
                "-a,--all", [options] { options->scope = GitScope::AllTracked; },
                "Commit changes of all files that git tracks, as git commit -a does");
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
