#include "cli/commands/stage_fix.h"

#include <fmt/format.h>

#include <memory>

#include "base/display.h"
#include "base/path.h"
#include "core/commands/stage_fix.h"
#include "core/formats/text/text_diff.h"

namespace dvx {

namespace {

nlohmann::json json_of(const StageFixReport& report, FixMode mode) {
  nlohmann::json json = {{"dry_run", mode == FixMode::DryRun},
                         {"stages", nlohmann::json::array()},
                         {"files", nlohmann::json::array()}};
  for (const FixedStage& fixed : report.stages) {
    json["stages"].push_back({{"stage", fixed.stage},
                              {"file", fixed.file},
                              {"added_deps", fixed.change.add_deps},
                              {"removed_deps", fixed.change.remove_deps},
                              {"added_outs", fixed.change.add_outs}});
  }
  for (const FixedFile& fixed : report.files)
    json["files"].push_back(
        {{"file", fixed.file}, {"diff", unified_diff(fixed.before, fixed.after, fixed.file)}});
  return json;
}

Shown line_of(Repository& repository, const FixedStage& fixed) {
  Shown line = show("{} in {}:", fixed.stage, display_path(repository.to_user(fixed.file)));
  const auto add = [&](const char* what, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) line += show(" {}{}", what, display_path(repository.to_user(path)));
  };
  add("deps +", fixed.change.add_deps);
  add("deps -", fixed.change.remove_deps);
  add("outs +", fixed.change.add_outs);
  return line + "\n";
}

std::string hint_for(Repository& repository, const StageFixReport& report, FixMode mode) {
  if (report.examined == 0) return "dvx repro -f --trace";
  if (mode == FixMode::DryRun || report.files.empty()) return {};
  std::string files, stages;
  for (const FixedFile& fixed : report.files) files += " " + paste_quote(repository.to_user(fixed.file));
  for (const FixedStage& fixed : report.stages) stages += " " + paste_quote(fixed.stage);
  return fmt::format("git add{} && dvx repro{}", files, stages);
}

Outcome run(Invocation& invocation, const StageFixOptions& options) {
  Repository& repository = invocation.repository();
  const StageFixReport report = stage_fix(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data = json_of(report, options.mode);
  if (options.mode == FixMode::DryRun) {
    for (const FixedFile& fixed : report.files)
      outcome.text += Shown::lines(unified_diff(fixed.before, fixed.after, fixed.file));
  } else if (!invocation.quiet()) {
    for (const FixedStage& fixed : report.stages) outcome.text += line_of(repository, fixed);
  }
  if (!invocation.quiet() && report.examined == 0) {
    outcome.text += "no stage was run with --trace yet\n";
  } else if (!invocation.quiet() && report.stages.empty() && report.by_hand.empty()) {
    outcome.text += "nothing to fix\n";
  }
  outcome.errors = report.by_hand;
  if (!report.by_hand.empty()) outcome.exit = 1;
  outcome.hint = hint_for(repository, report, options.mode);
  return outcome;
}

}  // namespace

Action declare_stage_fix(CLI::App& app) {
  auto options = std::make_shared<StageFixOptions>();
  app.add_option("stages", options->stages, "Stages; all that were traced when left out")
      ->type_name("STAGE...");
  app.add_flag_callback(
      "-n,--dry-run", [options] { options->mode = FixMode::DryRun; },
      "Show the difference, and write nothing");
  app.add_flag_callback(
      "--remove", [options] { options->unread = UnreadDependencies::Remove; },
      "Take out dependencies that were not read, too");
  return [options](Invocation& invocation) { return run(invocation, *options); };
}

}  // namespace dvx
