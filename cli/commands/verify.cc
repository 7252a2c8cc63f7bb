#include "core/commands/verify.h"

#include <fmt/format.h>

#include "base/path.h"
#include "cli/commands/commands.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

struct VerifyArguments {
  std::vector<std::string> targets;
  bool rebuild = false;
  std::string keep;
};

Json findings_to_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    Json json = {{"kind", finding_name(finding.kind)}, {"message", finding.message}};
    if (!finding.stage.empty()) json["stage"] = finding.stage;
    if (!finding.path.empty()) json["path"] = path_to_json_text(finding.path);
    if (!finding.hint.empty()) json["hint"] = finding.hint;
    list.push_back(std::move(json));
  }
  return list;
}

Json differences_to_json(const std::vector<DataDifference>& differences) {
  Json list = Json::array();
  for (const DataDifference& difference : differences) {
    Json json = {{"kind", difference_name(difference.kind)}, {"path", path_to_json_text(difference.path)}};
    if (difference.recorded) json["recorded"] = difference.recorded->to_string();
    if (difference.rebuilt) json["rebuilt"] = difference.rebuilt->to_string();
    if (difference.offset) json["offset"] = *difference.offset;
    list.push_back(std::move(json));
  }
  return list;
}

Json to_json(const VerifyReport& report) {
  Json rebuilt = Json::array();
  for (const RebuiltStage& stage : report.rebuilt) {
    rebuilt.push_back({{"stage", stage.stage},
                       {"outcome", rebuild_outcome_name(stage.outcome)},
                       {"seconds", stage.seconds},
                       {"outputs", stage.outputs},
                       {"bytes", stage.bytes},
                       {"differences", differences_to_json(stage.differences)}});
  }
  return {{"stages", report.chain.stages},
          {"runs", report.chain.runs},
          {"objects", report.chain.objects},
          {"bytes", report.chain.bytes},
          {"findings", findings_to_json(report.findings)},
          {"rebuilt", rebuilt},
          {"notes", report.notes}};
}

Shown finding_line(const Finding& finding, Repository& repository, const Text& text) {
  Shown subject;
  if (!finding.stage.empty()) subject = show("stage '{}'", finding.stage);
  if (!finding.path.empty()) {
    const std::string path = display_path(repository.to_user(finding.path));
    subject += subject.empty() ? show("'{}'", path) : show(": '{}'", path);
  }
  return show("{} {} {}\n", text.red("✗"), subject, finding.message);
}

Shown rebuilt_lines(const VerifyReport& report, const Text& text) {
  Shown lines;
  for (const RebuiltStage& stage : report.rebuilt) {
    if (stage.outcome != RebuildOutcome::Identical) continue;
    lines +=
        show("{} {}: rebuilt, {} identical ({}, {})\n", text.green("✓"), stage.stage,
             human_count(stage.outputs, "output"), human_size(stage.bytes), human_seconds(stage.seconds));
  }
  return lines;
}

Shown summary(const VerifyReport& report, const Text& text) {
  const Shown checked = show("{}, {}, {} ({})", human_count(report.chain.stages, "stage"),
                             human_count(report.chain.runs, "run record"),
                             human_count(report.chain.objects, "object"), human_size(report.chain.bytes));
  if (report.ok()) return show("{} verified: {}\n", text.green("✓"), checked);
  return show("{} found in {}\n", human_count(report.findings.size(), "fault"), checked);
}

Outcome run_verify(Invocation& invocation, const VerifyArguments& arguments) {
  Repository& repository = invocation.repository();
  VerifyOptions options{.targets = arguments.targets,
                        .depth = arguments.rebuild ? VerifyDepth::Rebuild : VerifyDepth::Chain,
                        .keep = {}};
  if (!arguments.keep.empty()) options.keep = absolute_path(arguments.keep, repository.surroundings().cwd);
  const VerifyReport report = verify(repository, options, invocation.progress());
  Outcome outcome;
  outcome.exit = report.ok() ? 0 : 1;
  outcome.data = to_json(report);
  outcome.warnings = report.notes;
  outcome.text = rebuilt_lines(report, invocation.text());
  for (const Finding& finding : report.findings) {
    outcome.text += finding_line(finding, repository, invocation.text());
    if (outcome.hint.empty()) outcome.hint = finding.hint;
  }
  outcome.text += summary(report, invocation.text());
  return outcome;
}

}  // namespace

CommandSpec verify_command() {
  return {.name = "verify",
          .group = group::kTrust,
          .summary = "Prove that what is recorded holds together, or comes out the same again",
          .example = "dvx verify --rebuild train",
          .declare = [](CLI::App& app) -> Action {
            auto arguments = std::make_shared<VerifyArguments>();
            app.add_option("stages", arguments->targets,
                           "Stages or outputs to verify, and what they need (default: all)");
            auto* rebuild = app.add_flag("--rebuild", arguments->rebuild,
                                         "Run the stages again in a clean copy and compare byte for byte");
            app.add_option("--keep", arguments->keep, "Keep rebuilt outputs that differ below this directory")
                ->type_name("DIR")
                ->needs(rebuild);
            return [arguments](Invocation& invocation) { return run_verify(invocation, *arguments); };
          }};
}

}  // namespace dvx
