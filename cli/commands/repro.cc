#include "core/commands/repro.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"
#include "cli/ui/unasked_text.h"

namespace dvx {

namespace {

nlohmann::json json_of(const std::vector<StaleReason>& reasons) {
  nlohmann::json list = nlohmann::json::array();
  for (const StaleReason& reason : reasons) list.push_back(reason_json(reason));
  return list;
}

nlohmann::json violation_json(const SchemaViolation& violation) {
  nlohmann::json json = {{"path", violation.path},
                         {"field", violation.field},
                         {"rule", violation.rule},
                         {"value", violation.value},
                         {"message", violation.message}};
  if (violation.line) json["line"] = *violation.line;
  if (violation.row) json["row"] = *violation.row;
  return json;
}

nlohmann::json json_of(const StageTrace& trace) {
  nlohmann::json findings = nlohmann::json::array();
  for (const TraceFinding& finding : trace.findings) {
    findings.push_back({{"kind", trace_finding_name(finding.kind)}, {"path", finding.path}});
    if (finding.files != 0) findings.back()["files"] = finding.files;
  }
  return {{"findings", findings}, {"missing", trace.missing}, {"unseen", trace.unseen}};
}

nlohmann::json json_of(const EachPlan& items) {
  return {{"inputs", items.inputs()},
          {"run", items.run.size()},
          {"restore", items.restore.size()},
          {"remove", items.remove.size()}};
}

Shown extent(const EachPlan& items) {
  Shown text = show(" ({} of {}", items.run.size(), human_count(items.inputs(), "input"));
  if (!items.restore.empty()) text += show(", {} from the store", items.restore.size());
  if (!items.remove.empty()) text += show(", {} removed", items.remove.size());
  return text + ")";
}

nlohmann::json json_of(const StageResult& result) {
  nlohmann::json json = {{"stage", result.stage},
                         {"outcome", outcome_name(result.outcome)},
                         {"reasons", json_of(result.reasons)}};
  if (result.run) json["run"] = result.run->to_hex();
  if (!result.remote.empty()) json["remote"] = result.remote;
  if (!result.message.empty()) json["message"] = result.message;
  for (const SchemaViolation& violation : result.violations)
    json["violations"].push_back(violation_json(violation));
  if (result.trace) json["trace"] = json_of(*result.trace);
  if (result.outcome == StageOutcome::Ran) {
    json["seconds"] = result.seconds;
    json["outputs_unchanged"] = result.outputs_unchanged;
  }
  if (result.items) json["items"] = {{"inputs", result.items->inputs}, {"ran", result.items->ran}};
  return json;
}

// Returns "2 ran, 1 restored, 5 up to date in 1.3 s" or the like.
Shown summary(const ReproReport& report) {
  constexpr std::pair<StageOutcome, const char*> kWords[] = {
      {StageOutcome::Ran, "ran"},       {StageOutcome::Restored, "restored"},
      {StageOutcome::Frozen, "frozen"}, {StageOutcome::UpToDate, "up to date"},
      {StageOutcome::Failed, "failed"}, {StageOutcome::Skipped, "skipped"}};
  Shown line;
  for (const auto& [outcome, word] : kWords) {
    const std::size_t count = report.count(outcome);
    if (count != 0) line += show("{}{} {}", line.empty() ? "" : ", ", count, word);
  }
  if (line.empty()) line = "there are no stages";
  return show("{} in {}\n", line, human_seconds(report.seconds));
}

Outcome outcome_of_run(Invocation& invocation, const ReproReport& report) {
  Outcome outcome;
  outcome.data = {{"dry_run", false}, {"seconds", report.seconds}, {"stages", nlohmann::json::array()}};
  for (const StageResult& result : report.stages) {
    if (invocation.json()) outcome.data["stages"].push_back(json_of(result));
    if (result.outcome != StageOutcome::Failed) continue;
    outcome.exit = 1;
    for (const SchemaViolation& violation : result.violations)
      outcome.text += show("{}\n", describe(violation));
    outcome.errors.emplace_back(
        ErrorKind::Blocked, fmt::format("stage '{}' failed: {}", result.stage, result.message), result.hint);
  }
  if (!invocation.quiet()) outcome.text += summary(report);
  return outcome;
}

const char* would(StageAction action) {
  switch (action) {
    case StageAction::UpToDate:
      return "up to date";
    case StageAction::Restore:
      return "would restore";
    case StageAction::Run:
      return "would run";
    case StageAction::Frozen:
      return "frozen";
    case StageAction::Blocked:
      return "blocked";
  }
  return "";
}

bool is_stale(StageAction action) {
  return action != StageAction::UpToDate && action != StageAction::Frozen;
}

Outcome outcome_of_plan(Invocation& invocation, const Plan& plan) {
  Outcome outcome;
  outcome.data = {{"dry_run", true}, {"stages", nlohmann::json::array()}};
  std::size_t stale = 0;
  std::vector<std::vector<Unasked>> unasked;
  for (const PlannedStage& planned : plan.stages) {
    const StageDecision& decision = planned.decision;
    outcome.data["stages"].push_back({{"stage", planned.name},
                                      {"action", action_name(decision.action)},
                                      {"reasons", json_of(decision.reasons)}});
    if (planned.items) outcome.data["stages"].back()["items"] = json_of(*planned.items);
    unasked.push_back(decision.unasked);
    if (!decision.unasked.empty())
      outcome.data["stages"].back()["not_asked"] = unasked_json(decision.unasked);
    if (!is_stale(decision.action)) continue;
    ++stale;
    if (invocation.quiet()) continue;
    outcome.text += show("{:<14} {}: {}{}\n", would(decision.action), invocation.text().bold(planned.name),
                         describe_briefly(decision.reasons), planned.items ? extent(*planned.items) : "");
  }
  if (!invocation.quiet()) {
    outcome.text += show("{} of {} stale\n", stale, human_count(plan.stages.size(), "stage"));
    outcome.text += unasked_lines(unasked);
  }
  outcome.exit = stale == 0 ? 0 : 1;
  return outcome;
}

struct Arguments {
  ReproOptions options;
  std::string trace;
  bool exit_code = false, attach = false;
};

Trace trace_of(const std::string& word) {
  if (word.empty()) return Trace::Off;
  if (word == "warn") return Trace::Warn;
  if (word == "enforce") return Trace::Enforce;
  throw Error{ErrorKind::Usage, fmt::format("'--trace={}' is neither 'warn' nor 'enforce'", word),
              "dvx repro --trace=enforce"};
}

Outcome run(Invocation& invocation, Arguments arguments) {
  Repository& repository = invocation.repository();
  arguments.options.jobs = repository.jobs();
  arguments.options.trace = trace_of(arguments.trace);
  if (arguments.attach) {
    const ReproReport report = attach(repository, arguments.options, invocation.progress());
    Outcome outcome = outcome_of_run(invocation, report);
    const bool is_idle = report.stages.empty() && !invocation.quiet();
    if (is_idle) outcome.text = "there are no jobs to come back to\n";
    return outcome;
  }
  const ReproReport report = repro(repository, arguments.options, invocation.progress());
  if (arguments.options.mode == ReproMode::Execute) return outcome_of_run(invocation, report);
  Outcome outcome = outcome_of_plan(invocation, report.plan);
  if (!arguments.exit_code) outcome.exit = 0;
  return outcome;
}

}  // namespace

CommandSpec repro_command() {
  return {
      .name = "repro",
      .group = group::kPipeline,
      .summary = "Run the stages that are stale",
      .example = "dvx repro -j2 train",
      .declare = [](CLI::App& app) -> Action {
        auto arguments = std::make_shared<Arguments>();
        ReproOptions& options = arguments->options;
        auto* targets =
            app.add_option("targets", options.targets, "Stages, or outputs of stages; all when left out");
        targets->type_name("STAGE...");
        app.add_flag_callback(
            "-f,--force", [&options] { options.force = Force::Yes; }, "Run them even if up to date");
        auto* dry_run = app.add_flag_callback(
            "-n,--dry-run,--dry", [&options] { options.mode = ReproMode::DryRun; },
            "Say what would run and why");
        app.add_flag_callback(
            "-k,--keep-going", [&options] { options.on_failure = OnFailure::KeepGoing; },
            "After a failure go on with stages that do not need the failed one");
        app.add_flag_callback(
               "--pull", [&options] { options.pull = PullFirst::Yes; },
               "Get inputs and results that others have pushed from the remote before running")
            ->excludes(dry_run);
        const auto reach = [&](const char* flag, Reach value, const char* help) {
          return app.add_flag_callback(
              flag, [&options, value] { options.reach = value; }, help);
        };
        auto* single = reach("-s,--single-item", Reach::Only, "Only the named stages, not those they need");
        auto* pipeline =
            reach("-p,--pipeline", Reach::Connected, "The named stages and all that hang together with them");
        auto* downstream = reach("--downstream", Reach::Descendants,
                                 "The named stages and those that need them, not those they need");
        single->excludes(pipeline)->excludes(downstream);
        pipeline->excludes(downstream);
        app.add_flag(
            "--trace{warn}", arguments->trace,
            "Watch the files that stages use, and say which they do not declare; '=enforce': they fail");
        app.add_flag_callback(
            "--allow-missing", [&options] { options.missing = Missing::Allowed; },
            "Leave stages alone whose data is not here, when all else is as recorded");
        app.add_flag_callback(
            "--force-downstream", [&options] { options.downstream = Downstream::Forced; },
            "Run what comes after a stage that ran, whatever that one made");
        // Targets may always be patterns. The flag exists because users of DVC are used to it.
        app.add_flag_callback(
               "--glob", [] {}, "Targets may be patterns")
            ->group("");
        app.add_flag_callback(
            "--sandbox", [&options] { options.sandboxes = Sandboxes::EveryStage; },
            "Run every stage in a sandbox, as if it said 'sandbox: true'");
        app.add_flag("--exit-code", arguments->exit_code, "With --dry-run: exit 1 when something is stale")
            ->needs(dry_run);
        app.add_option("--executor", options.executor,
                       "Where stages run, whatever dvx.yaml says: local or slurm")
            ->type_name("WHERE")
            ->check(CLI::IsMember({"local", "slurm"}));
        app.add_flag("--attach", arguments->attach,
                     "Come back to jobs on a cluster that an earlier 'dvx repro' has submitted")
            ->excludes(targets)
            ->excludes(dry_run);
        return [arguments](Invocation& invocation) { return run(invocation, *arguments); };
      }};
}

}  // namespace dvx
