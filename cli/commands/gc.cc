#include "core/commands/gc.h"

#include <fmt/format.h>

#include <memory>

#include "base/clock.h"
#include "base/path.h"
#include "cli/commands/commands.h"
#include "cli/ui/changed_link_text.h"

namespace dvx {

namespace {

struct GcInvocation {
  GcCommandOptions options;
  std::string explain, forget;
};

nlohmann::json roots_json(const GcRootCounts& roots) {
  return {{"repositories", roots.repositories},
          {"work_trees", roots.work_trees},
          {"commits", roots.commits},
          {"names", roots.names},
          {"runs", roots.runs}};
}

struct Staying {
  std::uint64_t packs = 0, bytes = 0, young = 0;
};

Staying staying(const GcPlan& plan) {
  Staying result;
  for (const GcPack& pack : plan.packs) {
    if (pack.fate != PackFate::Keep) continue;
    ++result.packs;
    result.bytes += pack.size;
    result.young += pack.young ? 1 : 0;
  }
  return result;
}

nlohmann::json plan_json(const GcReport& report) {
  const GcPlan& plan = report.plan;
  const Staying stay = staying(plan);
  std::uint64_t merged = 0, copied = 0;
  for (const GcPack& pack : plan.packs) {
    if (pack.fate != PackFate::Rewrite) continue;
    merged += pack.small ? 1 : 0;
    copied += pack.wanted;
  }
  return {{"remove",
           {{"packs", plan.packs_with(PackFate::Drop)},
            {"frames", plan.freed_frames()},
            {"whole_files", plan.unwanted_whole_files},
            {"run_entries", report.stale_runs},
            {"bytes", plan.freed_bytes()}}},
          {"rewrite", {{"packs", plan.packs_with(PackFate::Rewrite)}, {"small", merged}, {"bytes", copied}}},
          {"stay",
           {{"packs", stay.packs},
            {"bytes", stay.bytes + plan.whole_bytes - plan.unwanted_whole_bytes},
            {"young_packs", stay.young},
            {"young_whole_files", plan.young_whole_files},
            {"whole_files", plan.whole_files - plan.unwanted_whole_files},
            {"idle_bytes", plan.idle_bytes()}}}};
}

nlohmann::json trash_json(const GcReport& report) {
  auto batches = nlohmann::json::array();
  for (const Trash::Batch& batch : report.trash) {
    batches.push_back({{"name", batch.name},
                       {"moved", format_utc(batch.moved_ns)},
                       {"packs", batch.packs},
                       {"whole_files", batch.whole_files},
                       {"bytes", batch.bytes}});
  }
  return {{"batches", batches},
          {"purgeable", report.purgeable_batches},
          {"purgeable_bytes", report.purgeable_bytes}};
}

nlohmann::json outcome_json(const GcOutcome& outcome) {
  return {{"packs", outcome.packs},
          {"frames", outcome.frames},
          {"whole_files", outcome.whole_files},
          {"run_entries", outcome.other_files},
          {"bytes", outcome.bytes},
          {"rewritten", outcome.rewritten},
          {"new_packs", outcome.new_packs},
          {"new_bytes", outcome.new_bytes},
          {"wanted_again", outcome.wanted_again},
          {"purged_batches", outcome.purged_batches},
          {"purged_bytes", outcome.purged_bytes}};
}

nlohmann::json report_json(const GcReport& report) {
  nlohmann::json data = plan_json(report);
  data["applied"] = report.outcome.has_value();
  data["roots"] = roots_json(report.roots);
  data["trash"] = trash_json(report);
  data["brought_back"] = report.brought_back;
  data["changed_links"] = changed_links_json(report.changed);
  data["done"] = report.outcome ? outcome_json(*report.outcome) : nlohmann::json();
  data["notes"] = report.outcome ? report.outcome->notes : std::vector<std::string>();
  return data;
}

// Returns "3 packs, 2 whole files and 1 run" or the like, or "" when all counts are zero.
Shown listed(const std::vector<std::pair<std::uint64_t, std::string_view>>& counts) {
  std::vector<Shown> parts;
  for (const auto& [count, noun] : counts) {
    if (count > 0) parts.push_back(Shown::of(human_count(count, noun)));
  }
  if (parts.empty()) return {};
  Shown text = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i)
    text += show("{}{}", i + 1 == parts.size() ? " and " : ", ", parts[i]);
  return text;
}

Shown roots_line(const GcReport& report) {
  const GcRootCounts& roots = report.roots;
  return show("searched {}: {}, {}\n", human_count(roots.repositories, "git repository"),
              human_count(roots.work_trees, "work tree"), human_count(roots.commits, "commit"));
}

Shown plan_text(const GcReport& report) {
  const GcPlan& plan = report.plan;
  Shown out;
  const Shown gone = listed({{plan.packs_with(PackFate::Drop), "pack"},
                             {plan.unwanted_whole_files, "whole file"},
                             {report.stale_runs, "run entry"}});
  out += gone.empty() && !plan.changes_anything()
             ? "nothing to remove\n"
             : show("would remove  {} of objects that nothing names{}\n", human_size(plan.freed_bytes()),
                    gone.empty() ? "" : ": " + gone);
  if (const auto packs = plan.packs_with(PackFate::Rewrite); packs > 0) {
    std::uint64_t small = 0, copied = 0;
    for (const GcPack& pack : plan.packs) {
      if (pack.fate != PackFate::Rewrite) continue;
      small += pack.small ? 1 : 0;
      copied += pack.wanted;
    }
    out += show("would rewrite {} ({} small, {} mostly unwanted): {} to copy\n", human_count(packs, "pack"),
                small, packs - small, human_size(copied));
  }
  return out;
}

Shown stay_text(const GcReport& report) {
  const GcPlan& plan = report.plan;
  const Staying stay = staying(plan);
  const Shown what =
      listed({{stay.packs, "pack"}, {plan.whole_files - plan.unwanted_whole_files, "whole file"}});
  if (what.empty()) return {};
  Shown out = show("stay          {}, {}\n", what,
                   human_size(stay.bytes + plan.whole_bytes - plan.unwanted_whole_bytes));
  if (const Shown young = listed({{stay.young, "pack"}, {plan.young_whole_files, "whole file"}});
      !young.empty())
    out += show("  {} from within the last hour, wanted or not\n", young);
  if (plan.idle_bytes() > 0)
    out += show("  {} unwanted, in packs of which at least half is wanted\n", human_size(plan.idle_bytes()));
  return out;
}

Shown trash_text(const GcReport& report) {
  if (report.trash.empty()) return {};
  std::uint64_t bytes = 0;
  for (const Trash::Batch& batch : report.trash) bytes += batch.bytes;
  Shown out = show("in the trash  {}", human_size(bytes));
  if (report.purgeable_batches > 0)
    out += show(", {} of it to be purged", human_size(report.purgeable_bytes));
  return out + "\n";
}

Shown outcome_text(const GcReport& report, const Text& text) {
  const GcOutcome& done = *report.outcome;
  Shown out;
  const Shown moved =
      listed({{done.packs, "pack"}, {done.whole_files, "whole file"}, {done.other_files, "run entry"}});
  if (!moved.empty())
    out += show("{} {} to the trash: {}\n", text.green("moved"), human_size(done.bytes), moved);
  if (done.rewritten > 0) {
    out += show("{} {} as {}\n", text.green("rewrote"), human_count(done.rewritten, "pack"),
                human_count(done.new_packs, "new one"));
  }
  if (done.wanted_again > 0)
    out += show("{} stayed, named meanwhile\n", human_count(done.wanted_again, "pack"));
  if (done.purged_batches > 0)
    out += show("{} {} from the trash\n", text.green("purged"), human_size(done.purged_bytes));
  return out.empty() ? "nothing to remove\n" : out;
}

Outcome run_gc(Invocation& invocation, const GcCommandOptions& options) {
  const GcReport report = gc(invocation.repository(), options, invocation.progress());
  Outcome outcome;
  outcome.data = report_json(report);
  add_changed_links(outcome, report.changed, invocation.repository());
  if (report.outcome) {
    outcome.text = outcome_text(report, invocation.text());
    outcome.warnings = report.outcome->notes;
    if (!outcome.warnings.empty() && report.outcome->packs + report.outcome->whole_files > 0) {
      outcome.hint = report.outcome->purged_batches > 0
                         ? "dvx gc --apply   (again, now that there is room)"
                         : "dvx gc --apply --prune-now   (frees what is in the trash)";
    }
    return outcome;
  }
  outcome.text = roots_line(report) + plan_text(report) + stay_text(report) + trash_text(report);
  const bool has_work =
      report.plan.changes_anything() || report.stale_runs > 0 || report.purgeable_batches > 0;
  if (has_work) {
    outcome.text += "nothing was removed yet: this was a dry run\n";
    outcome.hint = options.purge == Purge::Everything ? "dvx gc --apply --prune-now" : "dvx gc --apply";
  }
  return outcome;
}

nlohmann::json reason_json(const Reason& reason) {
  nlohmann::json json = {{"repository", display_path(reason.source.repository)},
                         {"where", display_path(reason.source.where)},
                         {"commit", reason.source.commit},
                         {"path", display_path(reason.source.path)},
                         {"stage", display_path(reason.source.stage)},
                         {"inside", display_path(reason.inside)}};
  json["run"] = reason.run ? nlohmann::json(reason.run->to_hex()) : nlohmann::json();
  return json;
}

Shown reason_line(const Reason& reason) {
  const RootSource& source = reason.source;
  Shown line = show("  {}", display_path(source.where));
  if (!source.commit.empty()) line += show(", commit {}", source.commit.substr(0, 12));
  if (!source.path.empty()) line += show(": {}", display_path(source.path));
  if (!source.stage.empty()) line += show(", stage {}", display_path(source.stage));
  if (reason.run) line += show(", run {}", reason.run->short_hex());
  if (!reason.inside.empty()) line += show(", as {}", display_path(reason.inside));
  return line + "\n";
}

std::string_view place_name(ObjectPlace place) {
  switch (place) {
    case ObjectPlace::Store:
      return "store";
    case ObjectPlace::Trash:
      return "trash";
    case ObjectPlace::Nowhere:
      return "nowhere";
  }
  return "nowhere";
}

Outcome run_explain(Invocation& invocation, const GcInvocation& typed) {
  const GcExplanation found =
      gc_explain(invocation.repository(), typed.explain, typed.options, invocation.progress());
  Outcome outcome;
  auto reasons = nlohmann::json::array();
  for (const Reason& reason : found.reasons) reasons.push_back(reason_json(reason));
  outcome.data = {{"id", found.id.to_hex()}, {"place", place_name(found.place)}, {"kept_by", reasons}};
  const std::string place = found.place == ObjectPlace::Store   ? "is in the store"
                            : found.place == ObjectPlace::Trash ? "is in the trash"
                                                                : "is not here";
  outcome.text = show("{} {}, kept by {}\n", found.id.short_hex(), place,
                      found.reasons.empty() ? "nothing" : human_count(found.reasons.size(), "name"));
  for (const Reason& reason : found.reasons) outcome.text += reason_line(reason);
  return outcome;
}

Outcome run_forget(Invocation& invocation, const std::string& root) {
  const std::string forgotten = gc_forget(invocation.repository(), root);
  Outcome outcome;
  outcome.data = {{"forgotten", display_path(forgotten)}};
  outcome.text = show("the store no longer asks '{}' what it needs\n", display_path(forgotten));
  return outcome;
}

Outcome run(Invocation& invocation, const GcInvocation& typed) {
  if (!typed.forget.empty()) return run_forget(invocation, typed.forget);
  if (!typed.explain.empty()) return run_explain(invocation, typed);
  return run_gc(invocation, typed.options);
}

}  // namespace

CommandSpec gc_command() {
  return {.name = "gc",
          .group = group::kSetup,
          .summary = "Remove from the store what no commit, work tree or run needs",
          .example = "dvx gc --apply",
          .declare = [](CLI::App& app) -> Action {
            auto typed = std::make_shared<GcInvocation>();
            GcCommandOptions& options = typed->options;
            app.add_flag_callback(
                "--apply", [&options] { options.mode = GcMode::Apply; },
                "Do it; without, only say what would be done");
            app.add_flag_callback(
                "--prune-now", [&options] { options.purge = Purge::Everything; },
                "Empty the trash as well, which else keeps what was removed for gc.trashDays (14)");
            app.add_flag_callback(
                "--no-grace", [&options] { options.grace = Grace::None; },
                "Also remove what came to the store within the last hour");
            app.add_option(
                   "--disregard", options.disregarded,
                   "A file in git's history that is named like a pointer and is none, by its git blob id")
                ->type_name("BLOB")
                ->expected(1)
                ->take_all();
            auto* explain =
                app.add_option("--explain", typed->explain, "Say what keeps this object")->type_name("ID");
            auto* forget =
                app.add_option("--forget", typed->forget,
                               "Take a repository that is gone off the list of those that share the store")
                    ->type_name("ROOT");
            explain->excludes(forget);
            return [typed](Invocation& invocation) { return run(invocation, *typed); };
          }};
}

}  // namespace dvx
