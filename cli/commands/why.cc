#include "core/commands/why.h"

#include <fmt/format.h>

#include <memory>

#include "base/clock.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "cli/commands/commands.h"
#include "core/metafile/canonical_json.h"
#include "core/pipeline/same_input.h"

namespace dvx {

namespace {

constexpr std::size_t kFilesShown = 10;

std::string files_text(const std::vector<FileChange>& files) {
  std::string text;
  for (std::size_t i = 0; i < files.size() && i < kFilesShown; ++i) {
    text += fmt::format("      {:<9} {}\n", change_name(files[i].kind()), display_path(files[i].path));
  }
  if (files.size() > kFilesShown) text += fmt::format("      and {} more\n", files.size() - kFilesShown);
  return text;
}

std::string since(const StageWhy& why) {
  if (!why.last_run) return "";
  if (why.last_started_ns == 0) return fmt::format(" since run {}", why.last_run->short_hex());
  return fmt::format(" since run {} of {}", why.last_run->short_hex(), format_utc(why.last_started_ns));
}

std::string verdict(const StageWhy& why) {
  switch (why.action) {
    case StageAction::UpToDate:
      return "is up to date" + since(why);
    case StageAction::Frozen:
      return "is frozen: it is never run";
    case StageAction::Restore:
      return fmt::format("would be restored from run {}", why.restores_run->short_hex());
    case StageAction::Run:
      return "would run";
    case StageAction::Blocked:
      return "cannot run";
  }
  return "";
}

// Of --not: what is as it was, and what failed before.
std::string rest_text(const StageWhy& why) {
  std::string out;
  for (const StaleReason& part : why.same) {
    out += fmt::format("  {}\n", describe_same(part));
    const auto again = why.made_again.find(part.what);
    if (part.kind != ReasonKind::Dependency || again == why.made_again.end()) continue;
    out += fmt::format("      stage {} ran since and made the same (run {})\n", again->second.stage,
                       again->second.run.short_hex());
  }
  for (const FailedBefore& failed : why.failed) {
    const bool is_itself = failed.stage == why.stage;
    out += fmt::format("  {} failed on {}: dvx logs {}\n",
                       is_itself ? "it" : fmt::format("stage {} before it", failed.stage),
                       format_utc(failed.failed_ns), shell_quote(failed.stage));
  }
  return out;
}

std::string text_of(const StageWhy& why, const Text& text) {
  std::string out = fmt::format("{} {}{}\n", text.bold(why.stage), verdict(why),
                                why.reasons.empty() && why.same.empty() && why.failed.empty() ? "" : ":");
  for (const StaleReason& reason : why.reasons) {
    out += fmt::format("  {}\n", describe(reason));
    const auto files = why.files.find(reason.what);
    if (reason.kind == ReasonKind::Dependency && files != why.files.end()) out += files_text(files->second);
  }
  return out + rest_text(why);
}

nlohmann::json json_of(const StageWhy& why) {
  nlohmann::json json = {
      {"stage", why.stage}, {"action", action_name(why.action)}, {"reasons", nlohmann::json::array()}};
  for (const StaleReason& reason : why.reasons) {
    nlohmann::json item = reason_json(reason);
    const auto files = why.files.find(reason.what);
    if (reason.kind == ReasonKind::Dependency && files != why.files.end()) {
      for (const FileChange& file : files->second) {
        item["files"].push_back({{"path", file.path}, {"change", change_name(file.kind())}});
      }
    }
    json["reasons"].push_back(std::move(item));
  }
  if (why.last_run) json["last_run"] = why.last_run->to_hex();
  if (why.last_started_ns != 0) json["last_started"] = format_utc(why.last_started_ns);
  if (why.restores_run) json["restores_run"] = why.restores_run->to_hex();
  for (const StaleReason& part : why.same) {
    nlohmann::json item = {{"kind", reason_name(part.kind)}, {"what", path_to_json_text(part.what)}};
    if (!part.file.empty()) item["file"] = path_to_json_text(part.file);
    item["value"] = part.new_value;
    const auto again = why.made_again.find(part.what);
    if (part.kind == ReasonKind::Dependency && again != why.made_again.end())
      item["made_again"] = {{"stage", again->second.stage}, {"run", again->second.run.to_hex()}};
    json["same"].push_back(std::move(item));
  }
  for (const FailedBefore& failed : why.failed)
    json["failed"].push_back({{"stage", failed.stage}, {"failed", format_utc(failed.failed_ns)}});
  return json;
}

Outcome run(Invocation& invocation, const WhyOptions& options) {
  const WhyReport report = why(invocation.repository(), options, invocation.progress());
  Outcome outcome;
  outcome.data = {{"stages", nlohmann::json::array()}, {"upstream", nlohmann::json::array()}};
  for (const StageWhy& stage : report.upstream) {
    outcome.text += text_of(stage, invocation.text());
    outcome.data["upstream"].push_back(json_of(stage));
  }
  for (const StageWhy& stage : report.stages) {
    outcome.text += text_of(stage, invocation.text());
    outcome.data["stages"].push_back(json_of(stage));
  }
  return outcome;
}

}  // namespace

CommandSpec why_command() {
  return {.name = "why",
          .group = group::kPipeline,
          .summary = "Say what makes a stage stale, or why it does not run",
          .example = "dvx why train",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<WhyOptions>();
            app.add_option("targets", options->targets, "Stages, or outputs of stages; all when left out")
                ->type_name("STAGE...");
            app.add_flag_callback(
                "--not", [options] { options->question = WhyQuestion::NotRun; },
                "Say why they do not run, or did not");
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
