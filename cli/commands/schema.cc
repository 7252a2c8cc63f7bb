#include "core/schema/schema.h"

#include <fmt/format.h>

#include <memory>

#include "base/display.h"
#include "base/path.h"
#include "cli/commands/commands.h"
#include "core/commands/schema_check.h"
#include "core/commands/schema_infer.h"

namespace dvx {

namespace {

nlohmann::json json_of(const SchemaViolation& violation) {
  nlohmann::json out = {{"path", display_path(violation.path)},
                        {"rule", violation.rule},
                        {"field", violation.field},
                        {"value", violation.value},
                        {"message", violation.message},
                        {"line", nullptr},
                        {"row", nullptr}};
  if (violation.line) out["line"] = *violation.line;
  if (violation.row) out["row"] = *violation.row;
  return out;
}

nlohmann::json json_of(const SchemaVerdict& verdict) {
  nlohmann::json violations = nlohmann::json::array();
  for (const SchemaViolation& violation : verdict.violations) violations.push_back(json_of(violation));
  return {{"path", display_path(verdict.path)},         {"schema", display_path(verdict.schema)},
          {"schema_id", verdict.schema_id.to_string()}, {"valid", verdict.valid},
          {"violation_count", verdict.violation_count}, {"violations", std::move(violations)}};
}

void tell(Invocation& invocation, const SchemaVerdict& verdict, Outcome& outcome) {
  const Repository& repository = invocation.repository();
  const Text& text = invocation.text();
  const std::string path = display_path(repository.to_user(verdict.path));
  if (verdict.valid) {
    outcome.text +=
        show("{}: {} ({})\n", path, text.green("valid"), display_path(repository.to_user(verdict.schema)));
    return;
  }
  for (SchemaViolation violation : verdict.violations) {
    violation.path = repository.to_user(violation.path);
    outcome.text += text.red(describe(violation)) + "\n";
  }
  if (verdict.violation_count > verdict.violations.size()) {
    outcome.text += show("{}: and {} more\n", path, verdict.violation_count - verdict.violations.size());
  }
}

// Reports a path that was not checked. An output that no run has made yet is no fault, but data that should
// be present is one.
void tell(Invocation& invocation, const UncheckedPath& unchecked, Outcome& outcome) {
  const std::string path = invocation.repository().to_user(unchecked.path);
  if (!unchecked.stage.empty()) {
    outcome.warnings.push_back(fmt::format("'{}' was not checked: stage '{}' has not made it yet",
                                           display_path(path), unchecked.stage));
    return;
  }
  outcome.errors.emplace_back(
      ErrorKind::NotFound, fmt::format("cannot check '{}': it is not in the workspace", display_path(path)),
      "dvx checkout " + paste_quote(path), path);
}

int exit_of(const Outcome& outcome, std::uint64_t invalid, std::size_t checked) {
  if (invalid > 0) return 1;
  if (outcome.errors.empty()) return 0;
  return exit_code(checked > 0 ? ErrorKind::Partial : ErrorKind::NotFound);
}

Outcome run_check(Invocation& invocation, SchemaCheckOptions options) {
  Repository& repository = invocation.repository();
  for (std::string& path : options.paths) path = repository.from_user(path);
  if (!options.schema.empty()) options.schema = repository.from_user(options.schema);
  const SchemaCheckReport report = schema_check(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data = {{"verdicts", nlohmann::json::array()}};
  std::uint64_t invalid = 0, violations = 0;
  for (const SchemaVerdict& verdict : report.verdicts) {
    tell(invocation, verdict, outcome);
    outcome.data["verdicts"].push_back(json_of(verdict));
    if (!verdict.valid) ++invalid;
    violations += verdict.violation_count;
  }
  for (const UncheckedPath& unchecked : report.unchecked) tell(invocation, unchecked, outcome);
  if (invalid > 0) {
    outcome.text += show("{} valid, {} invalid: {}\n", report.verdicts.size() - invalid, invalid,
                         human_count(violations, "violation"));
  } else if (report.verdicts.empty() && report.unchecked.empty()) {
    outcome.text = "no schema is bound to any data\n";
    outcome.hint = "dvx schema infer <data> > <name>.schema.yaml";
  }
  outcome.exit = exit_of(outcome, invalid, report.verdicts.size());
  return outcome;
}

Outcome run_infer(Invocation& invocation, SchemaInferOptions options) {
  Repository& repository = invocation.repository();
  const std::string typed = options.path;
  options.path = repository.from_user(typed);
  const SchemaInferReport report = schema_infer(repository, options, invocation.progress());
  Outcome outcome;
  outcome.text = show("# Inferred from {}, {}: what was seen, not yet what must be.\n", display_path(typed),
                      human_count(report.rows, "row")) +
                 Shown::lines(report.text);
  outcome.data = {{"path", display_path(options.path)},
                  {"schema", outcome.text.string()},
                  {"rows", report.rows},
                  {"fields", report.fields}};
  return outcome;
}

// Also accepts "tab" and "\t", because the tab character is hard to type in a shell.
char delimiter_of(const std::string& typed) {
  if (typed == "tab" || typed == "\\t") return '\t';
  if (typed.size() == 1 && static_cast<unsigned char>(typed[0]) < 0x80 && typed != "\n" && typed != "\r" &&
      typed != "\"") {
    return typed[0];
  }
  throw Error(ErrorKind::Usage, fmt::format("'{}' is not a delimiter: one ASCII character, or 'tab'", typed));
}

void declare_check(CLI::App& app, SchemaCheckOptions& options) {
  app.add_option("paths", options.paths, "Data to check; all that a schema is bound to when left out");
  app.add_option("--schema", options.schema, "Check the paths by this schema, whatever is bound")
      ->type_name("FILE");
}

struct InferArguments {
  SchemaInferOptions options;
  std::string delimiter;
};

void declare_infer(CLI::App& app, InferArguments& arguments) {
  app.add_option("data", arguments.options.path, "A CSV, TSV or Parquet file")->required();
  app.add_option("--delimiter", arguments.delimiter,
                 "Between the cells of a text file: one character, or 'tab'");
  app.add_flag_callback(
      "--no-header", [&arguments] { arguments.options.header = CsvHeader::Absent; },
      "The first line is data; columns get the names 1, 2, …");
}

}  // namespace

CommandSpec schema_command() {
  return {.name = "schema",
          .group = group::kTrust,
          .summary = "Check data against schemas, or write a first schema",
          .example =
              "dvx schema infer data/x.csv > x.schema.yaml\n"
              "dvx schema check --schema x.schema.yaml data/x.csv",
          .declare = [](CLI::App& app) -> Action {
            auto check_options = std::make_shared<SchemaCheckOptions>();
            auto infer_arguments = std::make_shared<InferArguments>();
            app.require_subcommand(1);
            CLI::App* check = app.add_subcommand("check", "Check data; exit status 1 when it breaks a rule");
            declare_check(*check, *check_options);
            declare_infer(*app.add_subcommand("infer", "Print a schema that the data meets"),
                          *infer_arguments);
            return [check_options, infer_arguments, check](Invocation& invocation) {
              if (check->parsed()) return run_check(invocation, *check_options);
              SchemaInferOptions options = infer_arguments->options;
              if (!infer_arguments->delimiter.empty())
                options.delimiter = delimiter_of(infer_arguments->delimiter);
              return run_infer(invocation, options);
            };
          }};
}

}  // namespace dvx
