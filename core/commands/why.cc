#include "core/commands/why.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "core/pipeline/each_survey.h"
#include "core/pipeline/missing_input.h"
#include "core/pipeline/same_input.h"
#include "core/pipeline/survey.h"
#include "core/runs/failed_log.h"
#include "core/workspace/snapshot.h"

namespace dvx {

namespace {

// The files by which a directory differs from what the lock has, or nullopt when that state is in no store.
std::optional<std::vector<FileChange>> changed_files(PipelineSurvey& survey, const LockedPath& locked,
                                                     Progress& progress) {
  Repository& repository = survey.repository();
  const auto& now = survey.content(locked.path);
  const bool is_tree = locked.data.kind == DataKind::Tree && now && now->kind == DataKind::Tree;
  if (!is_tree || !repository.store().contains(locked.data.id)) return std::nullopt;
  std::map<ObjectId, Tree> here;
  const auto keep = [&](const std::string&, const ObjectId& id, const Tree& tree) { here.emplace(id, tree); };
  take_snapshot(repository, locked.path, {.mode = IngestMode::HashOnly, .on_tree = keep}, progress);
  const auto read_tree = [&](const ObjectId& id) {
    const auto found = here.find(id);
    return found != here.end() ? found->second : repository.store().read_tree(id);
  };
  try {
    return diff_data(locked.path, locked.data, now, read_tree);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::NotFound) return std::nullopt;
    throw;
  }
}

StageWhy explain(PipelineSurvey& survey, PlannedStage planned, Progress& progress) {
  StageWhy why;
  why.stage = std::move(planned.name);
  why.action = planned.decision.action;
  why.reasons = std::move(planned.decision.reasons);
  why.unasked = std::move(planned.decision.unasked);
  if (planned.decision.cached) why.restores_run = planned.decision.cached->id;
  why.items = std::move(planned.items);
  const LockedStage* entry = survey.locked(why.stage);
  if (entry == nullptr) return why;
  const auto record = survey.record(entry->run);
  if (!record || record->was_run()) why.last_run = entry->run;
  if (record && record->was_run()) why.last_started_ns = record->started_ns;
  for (const StaleReason& reason : why.reasons) {
    if (reason.kind != ReasonKind::Dependency) continue;
    const auto dep = std::ranges::find(entry->deps, reason.what, &LockedPath::path);
    if (dep == entry->deps.end()) continue;
    if (auto files = changed_files(survey, *dep, progress)) why.files[reason.what] = *std::move(files);
  }
  return why;
}

// Dependencies that a stage before made anew since, with the same content: no reason to run.
std::map<std::string, MadeAgain> made_again(PipelineSurvey& survey, const RunRecord& last) {
  std::map<std::string, MadeAgain> found;
  for (const RunDependency& dep : last.deps) {
    const auto maker = dep.producer ? survey.maker_of(dep.path) : std::nullopt;
    const LockedStage* entry = maker ? survey.locked(survey.stages()[*maker].name) : nullptr;
    if (entry == nullptr || entry->run == *dep.producer || survey.content(dep.path) != dep.data) continue;
    const auto run = survey.record(entry->run);
    if (run && run->started_ns > last.started_ns) found[dep.path] = {run->stage, entry->run};
  }
  return found;
}

std::vector<FailedBefore> failed_before(PipelineSurvey& survey, const std::string& stage) {
  std::vector<FailedBefore> failed;
  const auto needed = survey.graph().select({":" + stage}, {}, Reach::Ancestors);
  for (const std::size_t i : needed) {
    const std::string& name = survey.stages()[i].name;
    if (const auto log = find_failed_log(survey.repository(), name)) failed.push_back({name, log->failed_ns});
  }
  return failed;
}

void explain_rest(PipelineSurvey& survey, const nlohmann::json& key_fields, StageWhy& why) {
  const LockedStage* entry = survey.locked(why.stage);
  const bool need_not_run = why.action == StageAction::UpToDate || why.action == StageAction::Restore;
  if (!need_not_run) {
    if (why.action != StageAction::Frozen && has_failed_logs(survey.repository()))
      why.failed = failed_before(survey, why.stage);
    return;
  }
  why.same = key_parts(key_fields);
  // Nobody knows whether these are the same.
  std::erase_if(why.same, [&](const StaleReason& part) {
    return std::ranges::find(why.unasked, part.what, &Unasked::what) != why.unasked.end() &&
           (part.kind == ReasonKind::Tool || part.kind == ReasonKind::Url);
  });
  if (why.action == StageAction::Restore || entry == nullptr) return;
  const auto outputs = output_parts(*entry);
  why.same.insert(why.same.end(), outputs.begin(), outputs.end());
  if (const auto record = survey.record(entry->run)) why.made_again = made_again(survey, *record);
}

}  // namespace

WhyReport why(Repository& repository, const WhyOptions& options, Progress& progress) {
  PipelineSurvey survey(repository, progress);
  const auto asked = survey.graph().select(options.targets, repository.cwd(), Reach::Only);
  const auto needed = survey.graph().select(options.targets, repository.cwd(), Reach::Ancestors);
  std::set<std::string> names;
  for (const std::size_t i : asked) names.insert(survey.stages()[i].name);
  WhyReport report;
  Plan plan = survey.plan(needed, Force::No);
  plan_items(survey, plan, progress);
  for (PlannedStage& planned : plan.stages) {
    const bool is_asked = names.contains(planned.name);
    const StageAction action = planned.decision.action;
    const bool is_told = options.question == WhyQuestion::Stale && action != StageAction::UpToDate &&
                         action != StageAction::Frozen;
    if (!is_asked && !is_told) continue;
    const JsonValue key_fields = planned.decision.key_fields;
    StageWhy told = explain(survey, std::move(planned), progress);
    if (options.question == WhyQuestion::NotRun) explain_rest(survey, key_fields, told);
    (is_asked ? report.stages : report.upstream).push_back(std::move(told));
  }
  return report;
}

}  // namespace dvx
