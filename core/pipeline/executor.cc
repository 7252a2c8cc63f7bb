#include "core/pipeline/executor.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <thread>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "base/task_watch.h"
#include "core/pipeline/each_journal.h"
#include "core/pipeline/each_run.h"
#include "core/pipeline/failed_log.h"
#include "core/pipeline/machine_share.h"
#include "core/pipeline/mutex_locks.h"
#include "core/pipeline/run_journal.h"
#include "core/pipeline/running_stages.h"
#include "core/pipeline/stage_claims.h"
#include "core/pipeline/stage_run.h"
#include "core/pipeline/stage_schemas.h"
#include "core/slurm/slurm_stages.h"
#include "core/slurm/unfinished_run.h"
#include "core/workspace/checkout.h"
#include "core/workspace/gitignore.h"

namespace dvx {

namespace {

constexpr std::chrono::milliseconds kPoll{50};

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
        claims_(survey.repository()),
        running_(runner) {
    for (std::size_t i = 0; i < selected.size(); ++i) {
      results_[i].stage = stage(i).name;
      refuse_absent_gpus(stage(i));
      uses_cluster_ = uses_cluster_ || runs_on_cluster(stage(i));
    }
  }

  Execution run() {
    journal_.expect(survey_.lock_stamp());
    has_seen_others_ = claims_.others_at_work();
    survey_.look_at(selected_);
    link_up();
    try {
      take_up_earlier_jobs();
      loop();
    } catch (const Error&) {
      keep_what_is_finished();
      forget_intent_without_jobs();
      throw;
    }
    journal_.commit();
    note_recorded_jobs();
    if (cluster_ && !cluster_->has_jobs()) cluster_->tidy();
    tell_of_jobs_left();
    forget_intent_without_jobs();
    throw_if_interrupted();
    return {.stages = std::move(results_),
            .lock_written = journal_.wrote(),
            .ignore_files = std::move(ignore_files_)};
  }

 private:
  const Stage& stage(std::size_t i) const { return survey_.stages()[selected_[i]]; }

  void refuse_absent_gpus(const Stage& stage) const {
    if (runs_on_cluster(stage) || stage.demands.gpus <= machine_.gpus) return;
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
    not_queued_before_ = waits_for_;
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
      queue_what_can_wait_there();
      const bool waits_for_others = !queued_.empty() || is_mutex_taken_ || (!waiting_.empty() && may_start());
      if (running_.count() == 0 && !(waits_for_others && interrupt_signal() == 0)) break;
      if (auto finished = wait_for_next()) complete(std::move(*finished));
      take_from_cluster();
      journal_.commit_if_due();
      note_recorded_jobs();
      give_back_what_is_recorded();
    }
    for (StageResult& result : results_) {
      const bool is_left = result.outcome == StageOutcome::Skipped && result.message.empty();
      if (is_left) result.message = "another stage failed";
    }
  }

  // What is found in the store meanwhile is named by the journal before anybody may move it away.
  void begin_what_is_ready() {
    is_mutex_taken_ = false;
    if (ready_.empty() || !may_start()) return;
    const auto held = survey_.repository().store().hold();
    for (auto next = ready_.begin(); next != ready_.end() && may_start();) {
      if (share_.is_full() && !uses_cluster_) break;
      const std::size_t i = *next;
      const bool has_room = share_.fits(stage(i).demands) && has_mutexes(i);
      if (!has_room && !runs_on_cluster(stage(i))) {
        ++next;
        continue;
      }
      ready_.erase(next);
      if (each_.contains(i)) {
        start_job(i);
      } else {
        begin(i);
      }
      if (!parts_.contains(i) && !each_.contains(i)) mutexes_.erase(i);
      next = ready_.begin();  // what came back at once may have made others ready
    }
  }

  // Jobs of a cluster and other processes may have them.
  bool has_mutexes(std::size_t i) {
    if (stage(i).demands.mutexes.empty() || runs_on_cluster(stage(i)) || mutexes_.contains(i)) return true;
    auto locks = MutexLocks::try_lock(survey_.repository(), stage(i).demands.mutexes);
    is_mutex_taken_ = is_mutex_taken_ || !locks;
    if (locks) mutexes_.emplace(i, *std::move(locks));
    return mutexes_.contains(i);
  }

  StageDecision decide(std::size_t i) {
    StageFacts facts = survey_.facts(selected_[i], options_.force);
    if (const auto forced = forced_after_.find(i); forced != forced_after_.end())
      facts.forced_after = forced->second;
    return decide_stage(facts, survey_.lookup());
  }

  void begin(std::size_t i) {
    if (told_.contains(i) && !claim(i)) return;
    StageDecision decision = decide(i);
    if (!told_.contains(i) && needs_claim(i, decision)) {
      if (!claim(i)) return;
      if (others_interfered()) {
        look_again_at(i);
        decision = decide(i);
      }
    }
    results_[i].reasons = decision.reasons;
    switch (decision.action) {
      case StageAction::UpToDate:
        return accept(i);
      case StageAction::Frozen:
        return freeze(i);
      case StageAction::Restore:
        return restore(i, std::move(decision));
      case StageAction::Run:
        return run_or_queue(i, std::move(decision));
      case StageAction::Blocked:
        return fail(i, blocked(i, decision));
    }
  }

  // What is up to date is left alone, and so may others do with it what they like.
  // And jobs of a cluster are known by their directories.
  bool needs_claim(std::size_t i, const StageDecision& decision) const {
    const bool becomes_a_job = decision.action == StageAction::Run && runs_on_cluster(stage(i));
    return !becomes_a_job && decision.action != StageAction::UpToDate &&
           !(decision.action == StageAction::Frozen && decision.reasons.empty());
  }

  // False when another dvx has the stage, or one that it reads from: then it is begun later.
  bool claim(std::size_t i) {
    std::vector<std::string> needs;
    for (const std::size_t before : survey_.graph().upstream(selected_[i]))
      needs.push_back(survey_.stages()[before].name);
    has_seen_others_ = has_seen_others_ || claims_.others_at_work();
    if (const auto holder = claims_.try_take(stage(i).name, needs)) {
      waiting_.insert(i);
      if (told_.insert(i).second)
        progress_.line(fmt::format("{}: waiting for {}", stage(i).name, describe(*holder)));
      return false;
    }
    if (told_.contains(i)) {
      // Who left nothing in dvx.lock may have been killed, and its commands are at this moment.
      if (!journal_.others_wrote()) std::this_thread::sleep_for(kPoll);
      look_again_at(i);
    }
    return true;
  }

  bool others_interfered() { return has_seen_others_ || journal_.others_wrote(); }

  void look_again_at(std::size_t i) {
    journal_.commit();  // or what is not in dvx.lock yet would be forgotten
    survey_.look_again_at(selected_[i]);
  }

  // Nobody tells when a claim of another process comes free.
  std::optional<RunningStages::Finished> wait_for_next() {
    if (!waiting_.empty() && running_.count() == 0) {
      journal_.commit();  // somebody may wait for it
      give_back_what_is_recorded();
    }
    auto finished = running_.wait_for_next(patience());
    ready_.merge(waiting_);
    return finished;
  }

  void give_back_what_is_recorded() {
    if (journal_.patience()) return;  // something is not in dvx.lock yet
    for (const std::size_t i : not_given_back_) claims_.give_back(stage(i).name);
    not_given_back_.clear();
  }

  void run_or_queue(std::size_t i, StageDecision decision) {
    if (runs_on_cluster(stage(i))) return queue(i);
    start(i, std::move(decision));
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
      if (out == entry->outs.end()) continue;
      survey_.can_restore(out->path, out->data);  // pulls it, if that is wanted
      gone.push_back({out->path, out->data});
    }
    if (auto failure = check_out(gone)) return fail(i, *std::move(failure));
    succeed(i, StageOutcome::Frozen);
  }

  void restore(std::size_t i, StageDecision decision) {
    std::vector<CheckoutTarget> targets;
    std::vector<LockedPath> deps, outs;
    for (const RunOutput& out : decision.cached->outs) {
      if (survey_.content(out.path) != out.data) targets.push_back({out.path, out.data});
      outs.push_back({out.path, out.data});
    }
    for (const StageDependency& dep : stage(i).deps)
      deps.push_back({dep.path, survey_.content(dep.path).value()});
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
  bool can_check_out(std::size_t i, const std::vector<CheckoutTarget>& targets) {
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
    refuse_outputs_in_git(stage(i));
    if (!logs_) logs_.emplace(survey_.repository().temporary_dir(), "repro");
    if (stage(i).each) return start_each(i, std::move(decision));
    progress_.line(fmt::format("{}: running, as {}", stage(i).name, describe_briefly(decision.reasons)));
    auto run = std::make_unique<StageRun>(survey_, stage(i), std::move(decision),
                                          join_path(logs_->path(), fmt::format("{}.log", i)));
    run->set_trace(std::max(stage(i).execution.trace, options_.trace));
    if (options_.sandboxes == Sandboxes::EveryStage) run->run_in_sandbox();
    if (auto failure = run->prepare(progress_)) return fail(i, *std::move(failure));
    ignore_outputs(stage(i));
    git_state();  // as it was before the first command
    tasks_.get().task_started(stage(i).name, expected_seconds(stage(i)));
    launch(i, i, run->job(progress_));
    runs_[i] = std::move(run);
  }

  // As long as it took last time.
  std::optional<double> expected_seconds(const Stage& stage) {
    const LockedStage* entry = tasks_.get().shows_tasks() ? survey_.locked(stage.name) : nullptr;
    const auto record = entry == nullptr ? std::nullopt : survey_.record(entry->run);
    return record ? std::optional(record->wall_seconds) : std::nullopt;
  }

  // `token` tells what ended: the position of a stage, or a number of a job of one.
  void launch(std::size_t token, std::size_t i, CommandJob job) {
    const auto& part = parts_[token] = share_.take(stage(i).demands);
    // Which ones they are does not belong to the key: they are alike.
    if (!part.gpus.empty())
      job.environment["CUDA_VISIBLE_DEVICES"] = fmt::format("{}", fmt::join(part.gpus, ","));
    running_.start(token, std::move(job));
  }

  // A stage that is run per input stays ready as long as it has jobs, which so take turns with other stages.
  void start_each(std::size_t i, StageDecision decision) {
    tell_what_does_not_reach(stage(i));
    const std::string why = describe_briefly(decision.reasons);
    auto run = std::make_unique<EachRun>(survey_, stage(i), std::move(decision),
                                         join_path(logs_->path(), fmt::format("{}", i)), journal_, progress_);
    if (auto failure = run->prepare()) return fail(i, *std::move(failure));
    progress_.line(fmt::format("{}: running {}, as {}", stage(i).name, run->extent(), why));
    ignore_outputs(stage(i));
    git_state();
    tasks_.get().task_started(stage(i).name, expected_seconds(stage(i)));
    EachRun& begun = *(each_[i] = std::move(run));
    if (begun.has_next()) {
      ready_.insert(i);
    } else {
      end_each(i);
    }
  }

  // What is asked for and not done must not look as if it were.
  void tell_what_does_not_reach(const Stage& stage) {
    if (options_.sandboxes == Sandboxes::EveryStage) {
      throw Error(ErrorKind::Config,
                  fmt::format("stage '{}' is run per input, which '--sandbox' does not reach", stage.name),
                  "dvx repro --sandbox <other stages>", stage.file);
    }
    if (options_.trace != Trace::Off)
      progress_.warning(fmt::format("{}: it is run per input, and not traced", stage.name));
    if (is_meant_for_cluster(stage))
      progress_.warning(fmt::format("{}: it is run per input, on this machine", stage.name));
  }

  void start_job(std::size_t i) {
    EachRun& run = *each_.at(i);
    const std::size_t job = run.begin_next(), token = selected_.size() + jobs_begun_++;
    jobs_[token] = {i, job};
    launch(token, i, run.command(job));
    if (run.has_next()) ready_.insert(i);
  }

  void complete_job(std::size_t token, const CommandOutcome& outcome) {
    const auto [i, job] = jobs_.at(token);
    EachRun& run = *each_.at(i);
    const auto may_retry = may_start() ? EachRun::Retry::Allowed : EachRun::Retry::Forbidden;
    if (run.end(job, outcome, may_retry)) return launch(token, i, run.command(job));
    jobs_.erase(token);
    has_failed_ = has_failed_ || run.has_failed();
    const bool is_over = run.running() == 0 && !(run.has_next() && may_start());
    if (is_over) end_each(i);
  }

  void end_each(std::size_t i) {
    const std::unique_ptr<EachRun> run = std::move(each_.at(i));
    each_.erase(i);
    ready_.erase(i);
    mutexes_.erase(i);
    if (!run->has_failed() && (run->has_next() || run->was_stopped())) {  // for a signal, or another stage
      progress_.line(
          fmt::format("{}: stopped, {} inputs are done and will not run again", stage(i).name, run->state()));
      return;
    }
    results_[i].seconds = run->seconds();
    results_[i].items = run->counts();
    if (interrupt_signal() != 0) journal_.commit();
    conclude(i, run->finish(git_state(), runner_.name()), run->log_file());
  }

  // Whether another attempt was begun.
  bool try_again(std::size_t i, StageRun& run, const CommandOutcome& outcome) {
    if (outcome.ok() || (outcome.stopped && !outcome.overdue) || !may_start()) return false;
    const std::size_t attempt = ++attempts_[i];
    if (attempt > stage(i).demands.retries) return false;
    progress_.line(
        fmt::format("{}: failed, retry {} of {}", stage(i).name, attempt, stage(i).demands.retries));
    if (run.prepare(progress_)) return false;
    launch(i, i, run.job(progress_));
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
    if (jobs_.contains(finished.token)) return complete_job(finished.token, finished.outcome);
    if (try_again(i, *runs_.at(i), finished.outcome)) return;
    mutexes_.erase(i);
    const std::unique_ptr<StageRun> run = std::move(runs_.at(i));
    runs_.erase(i);
    results_[i].seconds = finished.outcome.wall_seconds;
    if (interrupt_signal() != 0) journal_.commit();  // reading the outputs of this stage may be cut short
    auto ended = run->finish(finished.outcome, git_state(), runner_.name(), journal_.ingest(), progress_);
    results_[i].trace = run->trace();
    conclude(i, std::move(ended), run->log_file());
  }

  void conclude(std::size_t i, std::variant<FinishedRun, StageFailure> ended, const std::string& log_file) {
    if (auto* failure = std::get_if<StageFailure>(&ended)) {
      keep_failed_log(survey_.repository(), stage(i).name, log_file);
      has_failed_logs_ = true;
      if (failure->hint.empty()) failure->hint = "dvx logs " + shell_quote(stage(i).name);
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
    if (paths.empty()) return;
    const WritingLock held = survey_.repository().lock_for_writing();
    for (std::string& changed : ignore_in_git(survey_.repository(), paths)) {
      survey_.forget(changed);  // it may lie in a directory that another stage depends on
      ignore_files_.insert(std::move(changed));
    }
  }

  void succeed(std::size_t i, StageOutcome outcome) {
    results_[i].outcome = outcome;
    tasks_.get().task_ended(stage(i).name, TaskEnd::Done);
    not_given_back_.push_back(i);
    if (has_failed_logs_) drop_failed_log(survey_.repository(), stage(i).name);
    if (stage(i).each && outcome != StageOutcome::Frozen)
      drop_each_journal(survey_.repository(), stage(i).name);
    const bool is_new = outcome == StageOutcome::Ran || outcome == StageOutcome::Restored;
    for (const std::size_t next : needed_by_[i]) {
      if (is_new && options_.downstream == Downstream::Forced) forced_after_.emplace(next, stage(i).name);
      if (--waits_for_[next] == 0 && !skipped_.contains(next) && !queued_.contains(next)) ready_.insert(next);
    }
    if (!was_queued_.contains(i)) note_queued_or_done(i);
  }

  void fail(std::size_t i, StageFailure failure) {
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

  void skip_after(std::size_t failed, const std::string& message) {
    std::vector<std::size_t> rest = {failed};
    while (!rest.empty()) {
      const std::size_t i = rest.back();
      rest.pop_back();
      for (const std::size_t next : needed_by_[i]) {
        if (!skipped_.insert(next).second) continue;
        results_[next].message = message;
        tasks_.get().task_ended(stage(next).name, TaskEnd::Skipped);
        rest.push_back(next);
      }
    }
  }

  // From here to the end: stages whose commands run as jobs of a cluster. One is put into the queue as soon
  // as all before it are done or in the queue themselves; its job decides what is to be done when it comes to
  // it.

  bool runs_on_cluster(const Stage& stage) const { return is_meant_for_cluster(stage) && !stage.each; }

  bool is_meant_for_cluster(const Stage& stage) const {
    return (options_.executor.empty() ? stage.execution.executor : options_.executor) == "slurm";
  }

  SlurmStages& cluster() {
    if (!cluster_) cluster_ = std::make_unique<SlurmStages>(survey_, progress_);
    return *cluster_;
  }

  void take_up_earlier_jobs() {
    if (!JobDirectory::are_there(survey_.repository())) return;
    for (std::size_t i = 0; i < selected_.size(); ++i) {
      if (cluster().adopt(selected_[i])) note_in_queue(i);
    }
    if (!queued_.empty()) keep_intent();
  }

  void keep_intent() {
    if (intent_) return;
    RunIntent intent{.stages = {},
                     .executor = options_.executor,
                     .keep_going = options_.on_failure == OnFailure::KeepGoing};
    for (std::size_t i = 0; i < selected_.size(); ++i) intent.stages.push_back(stage(i).name);
    intent_ = UnfinishedRun::begin(survey_.repository(), intent);
  }

  void forget_intent_without_jobs() {
    if (intent_ && queued_.empty()) intent_->finish();
  }

  void note_in_queue(std::size_t i) {
    queued_.insert(i);
    ready_.erase(i);
    if (was_queued_.insert(i).second) note_queued_or_done(i);
  }

  void note_queued_or_done(std::size_t i) {
    for (const std::size_t next : needed_by_[i]) {
      if (--not_queued_before_[next] == 0) can_be_queued_.insert(next);
    }
  }

  void queue_what_can_wait_there() {
    while (!can_be_queued_.empty() && may_start()) {
      const std::size_t i = can_be_queued_.extract(can_be_queued_.begin()).value();
      const bool waits_there = waits_for_[i] != 0 && runs_on_cluster(stage(i)) && !stage(i).frozen &&
                               !skipped_.contains(i) && !queued_.contains(i);
      // Whether it is forced is known only when those before it are done.
      if (!waits_there || options_.downstream == Downstream::Forced) continue;
      results_[i].reasons = upstream_reasons(i);
      queue(i);
    }
  }

  std::vector<StaleReason> upstream_reasons(std::size_t i) const {
    std::vector<StaleReason> reasons;
    for (const std::size_t before : queued_) {
      if (std::ranges::find(needed_by_[before], i) != needed_by_[before].end())
        reasons.push_back({ReasonKind::Upstream, stage(before).name, {}, {}, {}});
    }
    return reasons;
  }

  // What the job finds in dvx.lock is what was decided on here.
  void queue(std::size_t i) {
    refuse_sandboxes_by_option(stage(i));
    refuse_outputs_in_git(stage(i));
    for (const StageOutput& out : stage(i).outs)
      make_directories(survey_.repository().path(parent_path(out.path)));
    ignore_outputs(stage(i));
    journal_.commit();
    keep_intent();
    const Force force = forced_after_.contains(i) ? Force::Yes : options_.force;
    cluster().submit(selected_[i], describe_briefly(results_[i].reasons), force, options_.trace);
    note_in_queue(i);
  }

  // A job knows what dvx.yaml says, not what somebody typed.
  void refuse_sandboxes_by_option(const Stage& stage) const {
    if (options_.sandboxes == Sandboxes::AsDeclared || stage.execution.sandbox) return;
    throw Error(ErrorKind::Config,
                fmt::format("stage '{}' runs as a job, which '--sandbox' does not reach", stage.name),
                "write 'sandbox: true' into the stage", stage.file);
  }

  std::optional<std::chrono::nanoseconds> patience() const {
    const auto journal = journal_.patience();
    if (queued_.empty() && !is_mutex_taken_ && waiting_.empty()) return journal;
    return std::min<std::chrono::nanoseconds>(journal.value_or(kPoll), kPoll);
  }

  void take_from_cluster() {
    if (queued_.empty() || interrupt_signal() != 0) return;
    for (EndedJob& ended : cluster_->poll()) {
      const auto at = std::ranges::find(selected_, ended.stage);
      ended_.emplace(static_cast<std::size_t>(at - selected_.begin()), std::move(ended));
    }
    // In order, so that producers are on record before what was made from their outputs.
    for (auto next = ended_.begin(); next != ended_.end();) {
      const std::size_t i = next->first;
      if (waits_for_[i] != 0 && !skipped_.contains(i)) {
        ++next;
        continue;
      }
      const EndedJob ended = std::move(ended_.extract(next).mapped());
      queued_.erase(i);
      settle(i, ended);
      next = ended_.begin();  // it may have been waited for
    }
  }

  void settle(std::size_t i, const EndedJob& ended) {
    for (const StageOutput& out : stage(i).outs) survey_.forget(out.path);
    if (skipped_.contains(i)) return cluster_->let_go(selected_[i]);
    const bool is_earlier = ended.is_adopted && options_.earlier_jobs == EarlierJobs::Precede;
    if (ended.fate == JobFate::ByAnother) return begin_anew(i, LockSource::Disk);
    const bool is_cancelled = ended.fate == JobFate::Cancelled;
    if (ended.fate == JobFate::NeverSubmitted || (is_cancelled && is_earlier))
      return begin_anew(i, LockSource::Memory);
    if (is_cancelled && has_failed_ && options_.on_failure == OnFailure::Stop) return leave_out(i);
    if (ended.fate != JobFate::HasResult) return settle_failure(i, ended.failure, is_earlier);
    if (!ended.result.succeeded()) return settle_failure(i, ended.result.failure, is_earlier);
    settle_success(i, ended, is_earlier);
  }

  enum class LockSource { Memory, Disk };

  void begin_anew(std::size_t i, LockSource source) {
    cluster_->let_go(selected_[i]);
    if (source == LockSource::Disk) {
      journal_.commit();
      survey_.read_lock_again();
    }
    if (may_start()) ready_.insert(i);
  }

  // It was waiting when another stage failed, so it is as if it had never been begun.
  void leave_out(std::size_t i) {
    cluster_->let_go(selected_[i]);
    skip_after(i, "another stage failed");
  }

  void settle_failure(std::size_t i, StageFailure failure, bool is_earlier) {
    keep_failed_log(survey_.repository(), stage(i).name, cluster_->log_file(selected_[i]));
    has_failed_logs_ = true;
    if (is_earlier) {
      progress_.line(fmt::format("{}: its job from before failed: {}", stage(i).name, failure.message));
      return begin_anew(i, LockSource::Memory);
    }
    cluster_->let_go(selected_[i]);
    if (failure.hint.empty()) failure.hint = "dvx logs " + shell_quote(stage(i).name);
    fail(i, std::move(failure));
  }

  void settle_success(std::size_t i, const EndedJob& ended, bool is_earlier) {
    const LockedStage* before = survey_.locked(stage(i).name);
    if (ended.result.end == JobEnd::UpToDate) {
      const bool still_is = before != nullptr && before->run == ended.result.run && has_outputs(*before);
      if (!still_is || is_earlier) return begin_anew(i, LockSource::Memory);
      recorded_jobs_.push_back(selected_[i]);
      return accept(i);
    }
    auto recorded = recorded_run(ended);
    if (auto* failure = std::get_if<StageFailure>(&recorded))
      return settle_failure(i, std::move(*failure), is_earlier);
    auto& made = std::get<FinishedRun>(recorded);
    const bool has_run = ended.result.end == JobEnd::Ran;
    results_[i].seconds = ended.result.outcome.wall_seconds;
    results_[i].outputs_unchanged = has_run && before != nullptr && same_outputs(*before, made.entry);
    results_[i].run = made.id;
    enter(i, std::move(made.entry));
    recorded_jobs_.push_back(selected_[i]);
    progress_.line(has_run ? fmt::format("{}: ran in {:.1f} s{}", stage(i).name, results_[i].seconds,
                                         results_[i].outputs_unchanged ? ", same outputs as before" : "")
                           : fmt::format("{}: restored from run {}", stage(i).name, made.id.short_hex()));
    // dvx.yaml or the inputs may have changed since.
    if (is_earlier && is_stale(i)) return begin_anew_after_record(i);
    succeed(i, has_run ? StageOutcome::Ran : StageOutcome::Restored);
  }

  std::variant<FinishedRun, StageFailure> recorded_run(const EndedJob& ended) {
    return ended.result.end == JobEnd::Ran ? cluster_->record(ended, journal_.ingest())
                                           : cluster_->record_restored(ended);
  }

  bool has_outputs(const LockedStage& entry) {
    return std::ranges::all_of(
        entry.outs, [this](const LockedPath& out) { return survey_.content(out.path) == out.data; });
  }

  bool is_stale(std::size_t i) {
    return decide_stage(survey_.facts(selected_[i], options_.force), survey_.lookup()).action !=
           StageAction::UpToDate;
  }

  void begin_anew_after_record(std::size_t i) {
    journal_.commit();
    note_recorded_jobs();
    ready_.insert(i);
  }

  // Only then: until the lock entry is durable, the job's files are all there is.
  void note_recorded_jobs() {
    if (recorded_jobs_.empty() || journal_.patience()) return;
    for (const std::size_t stage : recorded_jobs_) cluster_->note_recorded(stage);
    recorded_jobs_.clear();
  }

  void cancel_jobs_after_failure() {
    if (queued_.empty()) return;
    for (const std::size_t i : queued_) {
      if (skipped_.contains(i)) cluster_->cancel(selected_[i]);
    }
    if (options_.on_failure == OnFailure::Stop) cluster_->cancel_waiting();
  }

  void tell_of_jobs_left() const {
    if (queued_.empty()) return;
    progress_.line(
        fmt::format("{} job{} on: 'dvx repro --attach' comes back to {}, 'dvx queue cancel' ends {}",
                    queued_.size(), queued_.size() == 1 ? " goes" : "s go",
                    queued_.size() == 1 ? "it" : "them", queued_.size() == 1 ? "it" : "them"));
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
  std::map<std::size_t, MutexLocks> mutexes_;                    // likewise
  bool is_mutex_taken_ = false;                                  // by somebody else, when one was wanted
  std::map<std::size_t, std::string> forced_after_;              // stages before them that ran
  std::map<std::size_t, std::size_t> attempts_;                  // that failed
  std::set<std::size_t> ready_, skipped_;                        // sets: the first in order starts first
  std::map<std::string, std::vector<std::string>> not_ignored_;  // outputs by directory
  std::set<std::string> ignore_files_;
  std::optional<GitState> git_state_;
  bool has_failed_ = false;
  bool uses_cluster_ = false;                   // some stage does
  std::optional<UnfinishedRun> intent_;         // of a run with jobs
  std::unique_ptr<SlurmStages> cluster_;        // null as long as no stage is there
  std::vector<std::size_t> not_queued_before_;  // how many before each are neither done nor in the queue
  std::set<std::size_t> queued_, was_queued_, can_be_queued_;
  std::map<std::size_t, EndedJob> ended_;   // jobs, whose upstream is not on record yet
  std::vector<std::size_t> recorded_jobs_;  // stages of the survey; their lock entries are not durable yet
  StageClaims claims_;
  std::set<std::size_t> waiting_, told_;     // for others: now, and ever
  std::vector<std::size_t> not_given_back_;  // claims of what has ended
  bool has_seen_others_ = false;
  std::map<std::size_t, std::unique_ptr<StageRun>> runs_;
  std::map<std::size_t, std::unique_ptr<EachRun>> each_;             // begun, with jobs to come or running
  std::map<std::size_t, std::pair<std::size_t, std::size_t>> jobs_;  // running: stage and job by token
  std::size_t jobs_begun_ = 0;
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
