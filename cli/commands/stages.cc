#include "core/commands/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/clock.h"
#include "cli/commands/commands.h"
#include "cli/ui/unasked_text.h"

namespace dvx {

namespace {

// A longer name only shifts its own line.
constexpr std::size_t kWidestName = 44;

std::string words(StageCondition state) {
  std::string text(state_name(state));
  std::ranges::replace(text, '-', ' ');
  return text;
}

Shown painted(StageCondition state, const Text& text) {
  const Shown padded = show("{:<10}", words(state));
  switch (state) {
    case StageCondition::UpToDate:
      return text.green(padded);
    case StageCondition::Failed:
    case StageCondition::Blocked:
      return text.red(padded);
    case StageCondition::Frozen:
    case StageCondition::Running:
      return text.cyan(padded);
    default:
      return text.yellow(padded);
  }
}

// Returns "5 min ago" or the like.
Shown ago(std::int64_t then_ns, std::int64_t now_ns) {
  const std::int64_t seconds = std::max<std::int64_t>(0, now_ns - then_ns) / 1'000'000'000;
  if (seconds < 60) return show("{} s ago", seconds);
  if (seconds < 3600) return show("{} min ago", seconds / 60);
  if (seconds < 2 * 86400) return show("{} h ago", seconds / 3600);
  return show("{} d ago", seconds / 86400);
}

Shown row(std::string_view name, std::size_t width, const Shown& state, const Shown& when,
          std::string_view took, std::string_view cpu, std::string_view memory) {
  Shown line = show("{:<{}}  {}  {:<10}  {:>12}  {:>12}  {:>8}", name, width, state, when, took, cpu, memory);
  line.trim_end();
  return line + "\n";
}

Shown text_of(const StagesReport& report, const Text& text) {
  std::size_t width = 5;
  for (const StageSummary& stage : report.stages)
    width = std::max(width, std::min(stage.name.size(), kWidestName));
  Shown out = report.stages.empty()
                  ? ""
                  : row("stage", width, show("{:<10}", "state"), "last run", "took", "cpu", "memory");
  for (const StageSummary& stage : report.stages) {
    const Shown state = painted(stage.state, text);
    const bool has_failed = stage.state == StageCondition::Failed;
    if (!stage.last || has_failed) {
      out += row(stage.name, width, state, has_failed ? ago(stage.failed_ns, report.now_ns) : "-", "-", "-",
                 "-");
      continue;
    }
    const LastRun& last = *stage.last;
    out +=
        row(stage.name, width, state, ago(last.started_ns, report.now_ns), human_seconds(last.wall_seconds),
            human_seconds(last.cpu_seconds), human_size(static_cast<std::uint64_t>(last.peak_memory_bytes)));
  }
  return out;
}

nlohmann::json json_of(const StageSummary& stage) {
  nlohmann::json json = {
      {"stage", stage.name}, {"state", state_name(stage.state)}, {"reasons", nlohmann::json::array()}};
  for (const StaleReason& reason : stage.reasons) json["reasons"].push_back(reason_json(reason));
  if (!stage.unasked.empty()) json["not_asked"] = unasked_json(stage.unasked);
  if (stage.failed_ns != 0) json["failed"] = format_utc(stage.failed_ns);
  if (!stage.last) return json;
  json["last_run"] = {{"run", stage.last->id.to_hex()},
                      {"started", format_utc(stage.last->started_ns)},
                      {"seconds", stage.last->wall_seconds},
                      {"cpu_seconds", stage.last->cpu_seconds},
                      {"peak_memory_bytes", stage.last->peak_memory_bytes}};
  return json;
}

Outcome run(Invocation& invocation, const StagesOptions& options) {
  const StagesReport report = stages(invocation.repository(), options, invocation.progress());
  Outcome outcome;
  outcome.text = text_of(report, invocation.text());
  std::vector<std::vector<Unasked>> unasked;
  for (const StageSummary& stage : report.stages) unasked.push_back(stage.unasked);
  outcome.text += unasked_lines(unasked);
  outcome.data = {{"stages", nlohmann::json::array()}};
  for (const StageSummary& stage : report.stages) outcome.data["stages"].push_back(json_of(stage));
  return outcome;
}

}  // namespace

CommandSpec stages_command() {
  return {.name = "stages",
          .group = group::kPipeline,
          .summary = "Show the state of each stage, and what its last run took",
          .example = "dvx stages",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<StagesOptions>();
            app.add_option("targets", options->targets, "Stages, or outputs of stages; all when left out")
                ->type_name("STAGE...");
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
