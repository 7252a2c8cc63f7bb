#include "core/pipeline/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "base/task_watch.h"
#include "core/pipeline/failed_log.h"
#include "core/pipeline/machine_share.h"
#include "core/pipeline/run_journal.h"
#include "core/pipeline/running_stages.h"
#include "core/pipeline/stage_run.h"
#include "core/pipeline/stage_schemas.h"
#include "core/workspace/checkout.h"
#include "core/workspace/gitignore.h"

namespace dvx {

namespace {

std::set<std::string> stage_names(const PipelineSurvey& survey) {
  std::set<std::string> names;
  for (const Stage& stage : survey.stages()) names.insert(stage.name);
  return names;
}

std::optional<std::size_t> configured_gpus(Repository& repository) {
  if (!repository.config().get("core.gpus")) return std::nullopt;
  return static_cast<std::size_t>(repository.config().size_or("core.gpus", 0));
}

class Executor {
 public:
  Executor(PipelineSurvey& survey, const std::vector<std::size_t>& selected, const ExecuteOptions& options,
           CommandRunner& runner, Progress& progress)
      : survey_(survey),
        selected_(selected),
        options_(options),
        runner_(runner),
        progress_(progress),
        tasks_(progress, selected.size()),
        journal_(survey.repository(), stage_names(survey), progress),
        results_(selected.size()),
        waits_for_(selected.size(), 0),
        needed_by_(selected.size()),
        machine_(this_machine(options.jobs, configured_gpus(survey.repository()))),
        share_(machine_),
        running_(runner) {
    for (std::size_t i = 0; i < selected.size(); ++i) {
      results_[i].stage = stage(i).name;
      refuse_absent_gpus(stage(i));
    }
  }

  Execution run() {
    survey_.look_at(selected_);
    link_up();
    try {
      loop();
    } catch (const Error&) {
      keep_what_is_finished();
      throw;
    }
    journal_.commit();
    throw_if_interrupted();
    return {.stages = std::move(results_),
            .lock_written = journal_.wrote(),
            .ignore_files = std::move(ignore_files_)};
  }

 private:
  const Stage& stage(std::size_t i) const { return survey_.stages()[selected_[i]]; }

  void refuse_absent_gpus(const Stage& stage) const {
    if (stage.demands.gpus <= machine_.gpus) return;
    throw Error(ErrorKind::Config,
                fmt::format("stage '{}' needs {} GPUs, and this machine has {}", stage.name,
                            stage.demands.gpus, machine_.gpus),
                "dvx config core.gpus <how many there are>", stage.file);
  }

  // Positions from here on are positions in selected_.
  void link_up() {
    std::map<std::size_t, std::size_t> position;
    for (std::size_t i = 0; i < selected_.size(); ++i) {
      for (const std::size_t before : survey_.graph().upstream(selected_[i])) {
        const auto at = position.find(before);
        if (at == position.end()) continue;
        needed_by_[at->second].push_back(i);
        ++waits_for_[i];
      }
      for (const StageOutput& out : stage(i).outs) {
        if (out.cache) not_ignored_[parent_path(out.path)].push_back(out.path);
      }
      position[selected_[i]] = i;
      if (waits_for_[i] == 0) ready_.insert(i);
    }
  }

  // After an error, which counts more than one of this commit.
  void keep_what_is_finished() {
    try {
      journal_.commit();
    } catch (const Error& error) {
      progress_.warning(fmt::format("stages that have ended are not recorded: {}", error.message()));
    }
  }

  bool may_start() const {
    return interrupt_signal() == 0 && !(has_failed_ && options_.on_failure == OnFailure::Stop);
  }

  void loop() {
    for (;;) {
      begin_what_is_ready();
      if (running_.count() == 0) break;
      if (auto finished = running_.wait_for_next(journal_.patience())) complete(std::move(*finished));
      journal_.commit_if_due();
    }
    for (StageResult& result : results_) {
      const bool is_left = result.outcome == StageOutcome::Skipped && result.message.empty();
      if (is_left) result.message = "another stage failed";
    }
  }

  // What is found in the store meanwhile is named by the journal before anybody may move it away.
  void begin_what_is_ready() {
    if (ready_.empty() || !may_start()) return;
    const auto held = survey_.repository().store().hold();
    for (auto next = ready_.begin(); next != ready_.end() && !share_.is_full() && may_start();) {
      const std::size_t i = *next;
      if (!share_.fits(stage(i).demands)) {
        ++next;
        continue;
      }
      ready_.erase(next);
      begin(i);
      next = ready_.begin();  // what came back at once may have made others ready
    }
  }

  void begin(std::size_t i) {
    StageFacts facts = survey_.facts(selected_[i], options_.force);
    if (const auto forced = forced_after_.find(i); forced != forced_after_.end())
      facts.forced_after = forced->second;
    StageDecision decision = decide_stage(facts, survey_.lookup());
    results_[i].reasons = decision.reasons;
    switch (decision.action) {
      case StageAction::UpToDate:
        return accept(i);
      case StageAction::Frozen:
        return freeze(i);
      case StageAction::Restore:
        return restore(i, decision);
      case StageAction::Run:
        return start(i, std::move(decision));
      case StageAction::Blocked:
        return fail(i, blocked(i, decision));
    }
  }

  // A dependency that should have come from a stage before and did not.
  StageFailure blocked(std::size_t i, const StageDecision& decision) const {
    const std::string& path = decision.reasons.front().what;
    const auto maker = survey_.maker_of(path);
    const std::string from =
        maker ? fmt::format(", which stage '{}' should make", survey_.stages()[*maker].name) : "";
    return {fmt::format("its dependency '{}'{} does not exist", display_path(path), from),
            "dvx why " + stage(i).name,
            {}};
  }

  // Not run, so what the lock records is checked against the schemas as they are now.
  void accept(std::size_t i) {
    const LockedStage* entry = survey_.locked(stage(i).name);
    if (auto failure = schema_failure(check_schemas_unless_recorded(survey_, stage(i), entry->run))) {
      return fail(i, *std::move(failure));
    }
    results_[i].run = entry->run;
    succeed(i, StageOutcome::UpToDate);
  }

  void freeze(std::size_t i) {
    const LockedStage* entry = survey_.locked(stage(i).name);
    std::vector<CheckoutTarget> gone;
    for (const StaleReason& reason : results_[i].reasons) {
      if (reason.kind != ReasonKind::OutputMissing || entry == nullptr) continue;
      const auto out = std::ranges::find(entry->outs, reason.what, &LockedPath::path);
      if (out != entry->outs.end()) gone.push_back({out->path, out->data});
    }
    if (auto failure = check_out(gone)) return fail(i, *std::move(failure));
    succeed(i, StageOutcome::Frozen);
  }

  void restore(std::size_t i, const StageDecision& decision) {
    std::vector<CheckoutTarget> targets;
    std::vector<LockedPath> deps, outs;
    for (const RunOutput& out : decision.cached->outs) {
      if (survey_.content(out.path) != out.data) targets.push_back({out.path, out.data});
      outs.push_back({out.path, out.data});
    }
    for (const StageDependency& dep : stage(i).deps)
      deps.push_back({dep.path, survey_.content(dep.path).value()});
    if (auto failure = check_out(targets)) return fail(i, *std::move(failure));
    const ObjectId run = decision.cached->id;
    if (auto failure = schema_failure(check_schemas_unless_recorded(survey_, stage(i), run))) {
      return fail(i, *std::move(failure));
    }
    ignore_outputs(stage(i));
    enter(i, make_lock_entry(stage(i), decision.key_fields, std::move(deps), std::move(outs), run));
    progress_.line(fmt::format("{}: restored from run {}", stage(i).name, run.short_hex()));
    results_[i].run = run;
    succeed(i, StageOutcome::Restored);
  }

  // Outputs are made by stages and can be made again, so nothing in their place is worth keeping.
  std::optional<StageFailure> check_out(const std::vector<CheckoutTarget>& targets) {
    if (targets.empty()) return std::nullopt;
    const CheckoutReport report =
        checkout_paths(survey_.repository(), targets, Overwrite::Everything, progress_);
    for (const CheckoutTarget& target : targets) survey_.forget(target.path);
    if (report.missing.empty()) return std::nullopt;
    const std::string& path = report.missing.front().path;
    return StageFailure{
        fmt::format("its output '{}' is not in the store", display_path(path)), "dvx pull " + path, {}};
  }

  void start(std::size_t i, StageDecision decision) {
    progress_.line(fmt::format("{}: running, as {}", stage(i).name, describe_briefly(decision.reasons)));
    refuse_outputs_in_git(stage(i));
    if (!logs_) logs_.emplace(survey_.repository().temporary_dir(), "repro");
    auto run = std::make_unique<StageRun>(survey_, stage(i), std::move(decision),
                                          join_path(logs_->path(), fmt::format("{}.log", i)));
    run->set_trace(std::max(stage(i).execution.trace, options_.trace));
    if (options_.sandboxes == Sandboxes::EveryStage) run->run_in_sandbox();
    if (auto failure = run->prepare(progress_)) return fail(i, *std::move(failure));
    ignore_outputs(stage(i));
    git_state();  // as it was before the first command
    launch(i, *run);
    tasks_.get().task_started(stage(i).name, expected_seconds(stage(i)));
    runs_[i] = std::move(run);
  }

  // As long as it took last time.
  std::optional<double> expected_seconds(const Stage& stage) {
    const LockedStage* entry = tasks_.get().shows_tasks() ? survey_.locked(stage.name) : nullptr;
    const auto record = entry == nullptr ? std::nullopt : survey_.record(entry->run);
    return record ? std::optional(record->wall_seconds) : std::nullopt;
  }

  void launch(std::size_t i, const StageRun& run) {
    const auto& part = parts_[i] = share_.take(stage(i).demands);
    CommandJob job = run.job(progress_);
    // Which ones they are does not belong to the key: they are alike.
    if (!part.gpus.empty())
      job.environment["CUDA_VISIBLE_DEVICES"] = fmt::format("{}", fmt::join(part.gpus, ","));
    running_.start(i, std::move(job));
  }

  // Whether another attempt was begun.
  bool try_again(std::size_t i, StageRun& run, const CommandOutcome& outcome) {
    if (outcome.ok() || (outcome.stopped && !outcome.overdue) || !may_start()) return false;
    const std::size_t attempt = ++attempts_[i];
    if (attempt > stage(i).demands.retries) return false;
    progress_.line(
        fmt::format("{}: failed, retry {} of {}", stage(i).name, attempt, stage(i).demands.retries));
    if (run.prepare(progress_)) return false;
    launch(i, run);
    return true;
  }

  // Git would hold the same bytes a second time, and its checkout would fight with ours.
  void refuse_outputs_in_git(const Stage& stage) {
    for (const StageOutput& out : stage.outs) {
      if (!out.cache || !survey_.repository().git().is_tracked(out.path)) continue;
      throw Error(
          ErrorKind::Config,
          fmt::format("output '{}' of stage '{}' is tracked by git", display_path(out.path), stage.name),
          fmt::format("git rm -r --cached {}", out.path), out.path);
    }
  }

  void complete(RunningStages::Finished finished) {
    const std::size_t i = finished.token;
    share_.give_back(parts_.extract(i).mapped());
    if (finished.failure) std::rethrow_exception(finished.failure);
    if (try_again(i, *runs_.at(i), finished.outcome)) return;
    const std::unique_ptr<StageRun> run = std::move(runs_.at(i));
    runs_.erase(i);
    results_[i].seconds = finished.outcome.wall_seconds;
    if (interrupt_signal() != 0) journal_.commit();  // reading the outputs of this stage may be cut short
    auto ended = run->finish(finished.outcome, git_state(), runner_.name(), journal_.ingest(), progress_);
    results_[i].trace = run->trace();
    if (auto* failure = std::get_if<StageFailure>(&ended)) {
      keep_failed_log(survey_.repository(), stage(i).name, run->log_file());
      has_failed_logs_ = true;
      if (failure->hint.empty()) failure->hint = "dvx logs " + shell_quote(stage(i).name);
      return fail(i, std::move(*failure));
    }
    auto& made = std::get<FinishedRun>(ended);
    const LockedStage* before = survey_.locked(stage(i).name);
    results_[i].outputs_unchanged = before != nullptr && same_outputs(*before, made.entry);
    enter(i, std::move(made.entry));
    results_[i].run = made.id;
    progress_.line(fmt::format("{}: ran in {:.1f} s{}", stage(i).name, results_[i].seconds,
                               results_[i].outputs_unchanged ? ", same outputs as before" : ""));
    succeed(i, StageOutcome::Ran);
  }

  static bool same_outputs(const LockedStage& a, const LockedStage& b) {
    return std::ranges::equal(a.outs, b.outs, [](const LockedPath& x, const LockedPath& y) {
      return x.path == y.path && x.data == y.data;
    });
  }

  void enter(std::size_t i, LockedStage entry) {
    journal_.add(stage(i).name, entry);
    survey_.set_locked(stage(i).name, std::move(entry));
  }

  // With the outputs of all other stages in the same directories, so that each .gitignore is written once.
  void ignore_outputs(const Stage& stage) {
    std::vector<std::string> paths;
    for (const StageOutput& out : stage.outs) {
      const auto beside = not_ignored_.extract(parent_path(out.path));
      if (beside) std::ranges::move(beside.mapped(), std::back_inserter(paths));
    }
    for (std::string& changed : ignore_in_git(survey_.repository(), paths)) {
      survey_.forget(changed);  // it may lie in a directory that another stage depends on
      ignore_files_.insert(std::move(changed));
    }
  }

  void succeed(std::size_t i, StageOutcome outcome) {
    results_[i].outcome = outcome;
    tasks_.get().task_ended(stage(i).name, TaskEnd::Done);
    if (has_failed_logs_) drop_failed_log(survey_.repository(), stage(i).name);
    const bool is_new = outcome == StageOutcome::Ran || outcome == StageOutcome::Restored;
    for (const std::size_t next : needed_by_[i]) {
      if (is_new && options_.downstream == Downstream::Forced) forced_after_.emplace(next, stage(i).name);
      if (--waits_for_[next] == 0 && !skipped_.contains(next)) ready_.insert(next);
    }
  }

  void fail(std::size_t i, StageFailure failure) {
    has_failed_ = true;
    progress_.line(fmt::format("{}: failed: {}", stage(i).name, failure.message));
    results_[i].outcome = StageOutcome::Failed;
    tasks_.get().task_ended(stage(i).name, TaskEnd::Failed);
    results_[i].message = std::move(failure.message);
    results_[i].hint = std::move(failure.hint);
    results_[i].violations = std::move(failure.violations);
    skip_after(i);
  }

  void skip_after(std::size_t failed) {
    std::vector<std::size_t> rest = {failed};
    while (!rest.empty()) {
      const std::size_t i = rest.back();
      rest.pop_back();
      for (const std::size_t next : needed_by_[i]) {
        if (!skipped_.insert(next).second) continue;
        results_[next].message = fmt::format("stage '{}' before it failed", stage(failed).name);
        tasks_.get().task_ended(stage(next).name, TaskEnd::Skipped);
        rest.push_back(next);
      }
    }
  }

  const GitState& git_state() {
    if (!git_state_) {
      const GitRepository& git = survey_.repository().git();
      git_state_ = GitState{.commit = git.head().value_or(""), .dirty = git.is_dirty()};
    }
    return *git_state_;
  }

  PipelineSurvey& survey_;
  const std::vector<std::size_t>& selected_;
  const ExecuteOptions& options_;
  CommandRunner& runner_;
  Progress& progress_;
  WatchedTasks tasks_;
  RunJournal journal_;
  std::optional<TemporaryDirectory> logs_;
  bool has_failed_logs_ = has_failed_logs(survey_.repository());
  std::vector<StageResult> results_;
  std::vector<std::size_t> waits_for_;  // how many stages before each are not done
  std::vector<std::vector<std::size_t>> needed_by_;
  const Machine machine_;
  MachineShare share_;
  std::map<std::size_t, MachineShare::Part> parts_;              // of what runs
  std::map<std::size_t, std::string> forced_after_;              // stages before them that ran
  std::map<std::size_t, std::size_t> attempts_;                  // that failed
  std::set<std::size_t> ready_, skipped_;                        // sets: the first in order starts first
  std::map<std::string, std::vector<std::string>> not_ignored_;  // outputs by directory
  std::set<std::string> ignore_files_;
  std::optional<GitState> git_state_;
  bool has_failed_ = false;
  std::map<std::size_t, std::unique_ptr<StageRun>> runs_;
  RunningStages running_;  // last: what runs is stopped before the rest goes
};

}  // namespace

std::string_view outcome_name(StageOutcome outcome) {
  switch (outcome) {
    case StageOutcome::UpToDate:
      return "up-to-date";
    case StageOutcome::Restored:
      return "restored";
    case StageOutcome::Ran:
      return "ran";
    case StageOutcome::Frozen:
      return "frozen";
    case StageOutcome::Failed:
      return "failed";
    case StageOutcome::Skipped:
      return "skipped";
  }
  return "unknown";
}

Execution execute(PipelineSurvey& survey, const std::vector<std::size_t>& selected,
                  const ExecuteOptions& options, CommandRunner& runner, Progress& progress) {
  return Executor(survey, selected, options, runner, progress).run();
}

}  // namespace dvx
