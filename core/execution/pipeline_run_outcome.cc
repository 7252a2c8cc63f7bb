#include "core/execution/pipeline_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/path.h"
#include "core/execution/stage/begun_stage.h"
#include "core/execution/stage/kept_outputs.h"
#include "core/execution/stage/recorded_outputs.h"
#include "core/execution/stage/stage_schemas.h"
#include "core/runs/each_journal.h"
#include "core/workspace/gitignore.h"

namespace dvx {

// A dependency that should have come from a stage before and did not.
StageFailure PipelineRun::blocked(std::size_t i, const StageDecision& decision) const {
  if (decision.fault) return {decision.fault->message(), decision.fault->hint(), {}};
  const std::string& path = decision.reasons.front().what;
  const auto maker = survey_.maker_of(path);
  const std::string from =
      maker ? fmt::format(", which stage '{}' should make", survey_.stages()[*maker].name) : "";
  return {fmt::format("its dependency '{}'{} does not exist", display_path(path), from),
          "dvx why " + paste_quote(stage(i).name),
          {}};
}

// Not run, so what the lock records is checked against the schemas as they are now.
void PipelineRun::accept(std::size_t i) {
  const LockedStage* entry = survey_.locked(stage(i).name);
  if (auto failure = schema_failure(check_schemas_unless_recorded(survey_, stage(i), entry->run))) {
    return fail(i, *std::move(failure));
  }
  results_[i].run = entry->run;
  succeed(i, StageOutcome::UpToDate);
}

void PipelineRun::freeze(std::size_t i) {
  const LockedStage* entry = survey_.locked(stage(i).name);
  std::vector<CheckoutTarget> gone;
  for (const StaleReason& reason : results_[i].reasons) {
    if (reason.kind != ReasonKind::OutputMissing || entry == nullptr) continue;
    const auto out = std::ranges::find(entry->outs, reason.what, &LockedPath::path);
    if (out == entry->outs.end()) continue;
    survey_.can_restore(out->path, out->data);  // pulls it, if that is wanted
    gone.push_back({out->path, out->data});
  }
  if (auto failure = check_out(gone)) return fail(i, *std::move(failure));
  const bool is_unrecorded = std::ranges::any_of(results_[i].reasons, [](const StaleReason& reason) {
    return reason.kind == ReasonKind::OutputUnrecorded || reason.kind == ReasonKind::OutputModified;
  });
  if (is_unrecorded) return record_frozen(i);
  succeed(i, StageOutcome::Frozen);
}

// As `dvx commit` does: what somebody put there is data like any other, and a stage after it may read it.
void PipelineRun::record_frozen(std::size_t i) {
  if (auto failure = schema_failure(check_stage_schemas(survey_, stage(i), SchemaSide::Outputs)))
    return fail(i, *std::move(failure));
  std::vector<FoundOutput> found;
  for (const StageOutput& out : stage(i).outs) {
    if (survey_.content(out.path)) found.push_back(found_output(out));
  }
  ignore_outputs(stage(i));
  auto recorded = record_outputs(survey_.repository(), stage(i).name, found, journal_.ingest(), progress_);
  if (auto* failure = std::get_if<StageFailure>(&recorded)) return fail(i, std::move(*failure));
  auto& entry = std::get<LockedStage>(recorded);
  for (const LockedPath& out : entry.outs) survey_.know(out.path, out.data);
  results_[i].run = entry.run;
  enter(i, std::move(entry));
  progress_.line(fmt::format("{}: frozen, its outputs are recorded as they are", stage(i).name));
  succeed(i, StageOutcome::Frozen);
}

bool PipelineRun::keep_unstored(std::size_t i, const std::vector<std::string>& paths) {
  // Before the first run it is nobody's output; `--force` says that it may be replaced all the same.
  const std::string& name = stage(i).name;
  const bool may_be_foreign = survey_.locked(name) == nullptr && options_.force == Force::No &&
                              !has_begun(survey_.repository(), name);
  auto failure = keep_unstored_outputs(survey_, stage(i), paths,
                                       may_be_foreign ? Unstored::Refuse : Unstored::Keep, progress_);
  if (failure) fail(i, *std::move(failure));
  return !failure;
}

bool PipelineRun::keep_unstored(std::size_t i) {
  std::vector<std::string> paths;
  for (const StageOutput& out : stage(i).outs) paths.push_back(out.path);
  if (!keep_unstored(i, paths)) return false;
  if (survey_.locked(stage(i).name) == nullptr && !paths.empty()) {
    note_begun(survey_.repository(), stage(i).name);
    begun_.push_back(stage(i).name);
  }
  return true;
}

void PipelineRun::forget_begun_stages() {
  for (const std::string& name : begun_) {
    if (survey_.locked(name) != nullptr) forget_begun(survey_.repository(), name);
  }
}

void PipelineRun::restore(std::size_t i, StageDecision decision) {
  std::vector<CheckoutTarget> targets;
  std::vector<LockedPath> deps, outs;
  for (const RunOutput& out : decision.cached->outs) {
    if (survey_.content(out.path) != out.data) targets.push_back({out.path, out.data});
    outs.push_back({out.path, out.data});
  }
  for (const StageDependency& dep : stage(i).deps)
    deps.push_back({dep.path, survey_.content(dep.path).value()});
  std::vector<std::string> replaced;
  for (const CheckoutTarget& target : targets) replaced.push_back(target.path);
  if (!keep_unstored(i, replaced)) return;
  if (!can_check_out(i, targets)) return run_or_queue(i, std::move(decision));
  const ObjectId run = decision.cached->id;
  if (auto failure = schema_failure(check_schemas_unless_recorded(survey_, stage(i), run))) {
    return fail(i, *std::move(failure));
  }
  ignore_outputs(stage(i));
  enter(i, make_lock_entry(stage(i), decision.key_fields, std::move(deps), std::move(outs), run));
  const std::string& remote = decision.cached->remote;
  progress_.line(fmt::format("{}: restored from run {}{}", stage(i).name, run.short_hex(),
                             remote.empty() ? "" : " (" + remote + ")"));
  results_[i].run = run;
  results_[i].remote = remote;
  succeed(i, StageOutcome::Restored);
}

// False when an object turns out to be damaged, or is gone by now: then the stage is run.
bool PipelineRun::can_check_out(std::size_t i, const std::vector<CheckoutTarget>& targets) {
  std::string why;
  try {
    const auto failure = check_out(targets);
    if (!failure) return true;
    why = failure->message;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Corruption && error.kind() != ErrorKind::NotFound) throw;
    for (const CheckoutTarget& target : targets) survey_.forget(target.path);
    why = error.message();
  }
  progress_.warning(fmt::format("{}: its run cannot be restored: {}", stage(i).name, why));
  return false;
}

// Whatever was in their place has been kept by now.
std::optional<StageFailure> PipelineRun::check_out(const std::vector<CheckoutTarget>& targets) {
  if (targets.empty()) return std::nullopt;
  const CheckoutReport report =
      checkout_paths(survey_.repository(), targets, Overwrite::Everything, progress_);
  for (const CheckoutTarget& target : targets) survey_.forget(target.path);
  if (report.missing.empty()) return std::nullopt;
  const std::string& path = report.missing.front().path;
  return StageFailure{fmt::format("its output '{}' is not in the store", display_path(path)),
                      "dvx pull " + paste_quote(path),
                      {}};
}

void PipelineRun::conclude(std::size_t i, std::variant<FinishedRun, StageFailure> ended,
                           const std::string& log_file) {
  if (auto* failure = std::get_if<StageFailure>(&ended)) {
    keep_failed_log(survey_.repository(), stage(i).name, log_file);
    has_failed_logs_ = true;
    if (failure->hint.empty()) failure->hint = "dvx logs " + paste_quote(stage(i).name);
    return fail(i, std::move(*failure));
  }
  auto& made = std::get<FinishedRun>(ended);
  const LockedStage* before = survey_.locked(stage(i).name);
  results_[i].outputs_unchanged = before != nullptr && same_outputs(*before, made.entry);
  enter(i, std::move(made.entry));
  if (stage(i).each) journal_.commit();  // what its own journal says is not needed any more after this
  results_[i].run = made.id;
  const auto& items = results_[i].items;
  progress_.line(fmt::format("{}: ran {}in {:.1f} s{}", stage(i).name,
                             items ? fmt::format("{} of {} inputs ", items->ran, items->inputs) : "",
                             results_[i].seconds,
                             results_[i].outputs_unchanged ? ", same outputs as before" : ""));
  succeed(i, StageOutcome::Ran);
}

bool PipelineRun::same_outputs(const LockedStage& a, const LockedStage& b) {
  return std::ranges::equal(a.outs, b.outs, [](const LockedPath& x, const LockedPath& y) {
    return x.path == y.path && x.data == y.data;
  });
}

void PipelineRun::enter(std::size_t i, LockedStage entry) {
  journal_.add(stage(i).name, entry);
  survey_.set_locked(stage(i).name, std::move(entry));
}

// With the outputs of all other stages in the same directories, so that each .gitignore is written once.
void PipelineRun::ignore_outputs(const Stage& stage) {
  std::vector<std::string> paths;
  for (const StageOutput& out : stage.outs) {
    const auto beside = not_ignored_.extract(parent_path(out.path));
    if (beside) std::ranges::move(beside.mapped(), std::back_inserter(paths));
  }
  if (paths.empty()) return;
  const WritingLock held = survey_.repository().lock_for_writing();
  for (std::string& changed : ignore_in_git(survey_.repository(), paths)) {
    survey_.forget(changed);  // it may lie in a directory that another stage depends on
    ignore_files_.insert(std::move(changed));
  }
}

void PipelineRun::succeed(std::size_t i, StageOutcome outcome) {
  results_[i].outcome = outcome;
  tasks_.get().task_ended(stage(i).name, TaskEnd::Done);
  not_given_back_.push_back(i);
  if (has_failed_logs_) drop_failed_log(survey_.repository(), stage(i).name);
  if (stage(i).each && outcome != StageOutcome::Frozen)
    drop_each_journal(survey_.repository(), stage(i).name);
  const bool is_new = outcome == StageOutcome::Ran || outcome == StageOutcome::Restored;
  if (is_new && options_.downstream == Downstream::Forced) {
    for (const std::size_t next : order_.behind(i)) forced_after_.emplace(next, stage(i).name);
  }
  order_.end(i);
}

void PipelineRun::fail(std::size_t i, StageFailure failure) {
  has_failed_ = true;
  claims_.give_back(stage(i).name);
  progress_.line(fmt::format("{}: failed: {}", stage(i).name, failure.message));
  results_[i].outcome = StageOutcome::Failed;
  tasks_.get().task_ended(stage(i).name, TaskEnd::Failed);
  results_[i].message = std::move(failure.message);
  results_[i].hint = std::move(failure.hint);
  results_[i].violations = std::move(failure.violations);
  skip_after(i, fmt::format("stage '{}' before it failed", stage(i).name));
  cancel_jobs_after_failure();
}

void PipelineRun::skip_after(std::size_t failed, const std::string& message) {
  for (const std::size_t i : order_.skip_behind(failed)) {
    results_[i].message = message;
    tasks_.get().task_ended(stage(i).name, TaskEnd::Skipped);
  }
}

}  // namespace dvx
