#include "core/commands/why.h"

#include <fmt/format.h>

#include <memory>

#include "base/clock.h"
#include "base/display.h"
#include "base/path.h"
#include "cli/commands/commands.h"
#include "core/formats/text/canonical_json.h"
#include "core/pipeline/same_input.h"

namespace dvx {

namespace {

constexpr std::size_t kFilesShown = 10;

Shown files_text(const std::vector<FileChange>& files) {
  Shown text;
  for (std::size_t i = 0; i < files.size() && i < kFilesShown; ++i) {
    text += show("      {:<9} {}\n", change_name(files[i].kind()), display_path(files[i].path));
  }
  if (files.size() > kFilesShown) text += show("      and {} more\n", files.size() - kFilesShown);
  return text;
}

// When all inputs are to run, only their number is shown.
Shown items_text(const EachPlan& items) {
  Shown text = show("  {} of {} to be run\n", items.run.size(), human_count(items.inputs(), "input"));
  if (items.run.size() < items.inputs()) {
    for (std::size_t i = 0; i < items.run.size() && i < kFilesShown; ++i) {
      text +=
          show("      {}: {}\n", display_path(items.run[i].item.in), item_reason_name(items.run[i].reason));
    }
    if (items.run.size() > kFilesShown) text += show("      and {} more\n", items.run.size() - kFilesShown);
  }
  const auto list = [&text](std::size_t count, const char* what, const auto& path_at) {
    if (count != 0) text += show("  {} {}\n", human_count(count, "output"), what);
    for (std::size_t i = 0; i < count && i < kFilesShown; ++i)
      text += show("      {}\n", display_path(path_at(i)));
    if (count > kFilesShown) text += show("      and {} more\n", count - kFilesShown);
  };
  list(items.restore.size(), "to be brought back from the store",
       [&](std::size_t i) { return items.restore[i].out; });
  list(items.remove.size(), "to be removed, of no input", [&](std::size_t i) { return items.remove[i]; });
  return text;
}

nlohmann::json items_json(const EachPlan& items) {
  nlohmann::json json = {{"inputs", items.inputs()},
                         {"run", nlohmann::json::array()},
                         {"restore", nlohmann::json::array()},
                         {"remove", nlohmann::json::array()}};
  for (const ItemToRun& each : items.run) {
    json["run"].push_back({{"in", path_to_json_text(each.item.in)},
                           {"out", path_to_json_text(each.item.out)},
                           {"reason", item_reason_name(each.reason)}});
  }
  for (const ItemToRestore& each : items.restore) json["restore"].push_back(path_to_json_text(each.out));
  for (const std::string& path : items.remove) json["remove"].push_back(path_to_json_text(path));
  return json;
}

Shown since(const StageWhy& why) {
  if (!why.last_run) return "";
  if (why.last_started_ns == 0) return show(" since run {}", why.last_run->short_hex());
  return show(" since run {} of {}", why.last_run->short_hex(), format_utc(why.last_started_ns));
}

Shown verdict(const StageWhy& why) {
  switch (why.action) {
    case StageAction::UpToDate:
      return "is up to date" + since(why);
    case StageAction::Frozen:
      return "is frozen: it is never run";
    case StageAction::Restore:
      return show("would be restored from run {}", why.restores_run->short_hex());
    case StageAction::Run:
      return "would run";
    case StageAction::Blocked:
      return "cannot run";
  }
  return "";
}

// Returns the text for --not: the parts that are unchanged, and those that failed before.
Shown rest_text(const StageWhy& why) {
  Shown out;
  for (const StaleReason& part : why.same) {
    out += show("  {}\n", describe_same(part));
    const auto again = why.made_again.find(part.what);
    if (part.kind != ReasonKind::Dependency || again == why.made_again.end()) continue;
    out += show("      stage {} ran since and made the same (run {})\n", again->second.stage,
                again->second.run.short_hex());
  }
  for (const FailedBefore& failed : why.failed) {
    const bool is_itself = failed.stage == why.stage;
    out +=
        show("  {} failed on {}: dvx logs {}\n", is_itself ? "it" : show("stage {} before it", failed.stage),
             format_utc(failed.failed_ns), paste_quote(failed.stage));
  }
  return out;
}

bool says_why(const StageWhy& why) {
  return !why.reasons.empty() || !why.unasked.empty() || !why.same.empty() || !why.failed.empty();
}

Shown text_of(const StageWhy& why, const Text& text) {
  Shown out = show("{} {}{}\n", text.bold(why.stage), verdict(why), says_why(why) ? ":" : "");
  for (const StaleReason& reason : why.reasons) {
    out += show("  {}\n", describe(reason));
    const auto files = why.files.find(reason.what);
    if (reason.kind == ReasonKind::Dependency && files != why.files.end()) out += files_text(files->second);
  }
  for (const Unasked& unasked : why.unasked) out += show("  {}\n", describe(unasked));
  if (why.items) out += items_text(*why.items);
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
  if (!why.unasked.empty()) json["not_asked"] = unasked_json(why.unasked);
  if (why.items) json["items"] = items_json(*why.items);
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
