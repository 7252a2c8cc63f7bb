#include "core/commands/why.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "core/pipeline/missing_input.h"
#include "core/pipeline/survey.h"
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
  const auto keep = [&](const ObjectId& id, const Tree& tree) { here.emplace(id, tree); };
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
  if (planned.decision.cached) why.restores_run = planned.decision.cached->id;
  const LockedStage* entry = survey.locked(why.stage);
  if (entry == nullptr) return why;
  why.last_run = entry->run;
  if (const auto record = survey.record(entry->run)) why.last_started_ns = record->started_ns;
  for (const StaleReason& reason : why.reasons) {
    if (reason.kind != ReasonKind::Dependency) continue;
    const auto dep = std::ranges::find(entry->deps, reason.what, &LockedPath::path);
    if (dep == entry->deps.end()) continue;
    if (auto files = changed_files(survey, *dep, progress)) why.files[reason.what] = *std::move(files);
  }
  return why;
}

}  // namespace

WhyReport why(Repository& repository, const WhyOptions& options, Progress& progress) {
  PipelineSurvey survey(repository, progress);
  const auto asked = survey.graph().select(options.targets, repository.cwd(), Reach::Only);
  const auto needed = survey.graph().select(options.targets, repository.cwd(), Reach::Ancestors);
  std::set<std::string> names;
  for (const std::size_t i : asked) names.insert(survey.stages()[i].name);
  WhyReport report;
  for (PlannedStage& planned : survey.plan(needed, Force::No).stages) {
    const bool is_asked = names.contains(planned.name);
    const StageAction action = planned.decision.action;
    if (!is_asked && (action == StageAction::UpToDate || action == StageAction::Frozen)) continue;
    (is_asked ? report.stages : report.upstream).push_back(explain(survey, std::move(planned), progress));
  }
  return report;
}

}  // namespace dvx
