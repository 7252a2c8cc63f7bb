#include "core/execution/pipeline_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/path.h"

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

}  // namespace

PipelineRun::PipelineRun(PipelineSurvey& survey, const std::vector<std::size_t>& selected,
                         const ExecuteOptions& options, CommandRunner& runner, Progress& progress)
    : survey_(survey),
      selected_(selected),
      options_(options),
      runner_(runner),
      progress_(progress),
      tasks_(progress, selected.size()),
      journal_(survey.repository(), stage_names(survey), progress),
      results_(selected.size()),
      machine_(this_machine(options.jobs, configured_gpus(survey.repository()))),
      share_(machine_),
      claims_(survey.repository()),
      running_(runner) {
  for (std::size_t i = 0; i < selected.size(); ++i) {
    results_[i].stage = stage(i).name;
    if (auto error = absent_gpus(stage(i))) {
      if (options.on_failure == OnFailure::Stop) throw *std::move(error);
      survey.note_fault(selected[i], *error);
    }
    uses_cluster_ = uses_cluster_ || runs_on_cluster(stage(i));
    for (const StageOutput& out : stage(i).outs) {
      if (out.cache) not_ignored_[parent_path(out.path)].push_back(out.path);
    }
  }
}

Execution PipelineRun::run() {
  journal_.expect(survey_.lock_stamp());
  has_seen_others_ = claims_.others_at_work();
  survey_.look_at(selected_);
  try {
    take_up_earlier_jobs();
    loop();
  } catch (const Error&) {
    keep_what_is_finished();
    forget_intent_without_jobs();
    throw;
  }
  journal_.commit();
  forget_begun_stages();
  note_recorded_jobs();
  if (cluster_ && !cluster_->has_jobs()) cluster_->tidy();
  tell_of_jobs_left();
  forget_intent_without_jobs();
  throw_if_interrupted();
  return {.stages = std::move(results_),
          .lock_written = journal_.wrote(),
          .ignore_files = std::move(ignore_files_)};
}

std::optional<Error> PipelineRun::absent_gpus(const Stage& stage) const {
  if (runs_on_cluster(stage) || stage.demands.gpus <= machine_.gpus) return std::nullopt;
  return Error(ErrorKind::Config,
               fmt::format("stage '{}' needs {} GPUs, and this machine has {}", stage.name,
                           stage.demands.gpus, machine_.gpus),
               "dvx config core.gpus <how many there are>", stage.file);
}

// After an error, which counts more than one of this commit.
void PipelineRun::keep_what_is_finished() {
  try {
    journal_.commit();
  } catch (const Error& error) {
    progress_.warning(fmt::format("stages that have ended are not recorded: {}", error.message()));
  }
}

void PipelineRun::loop() {
  for (;;) {
    begin_what_is_ready();
    queue_what_can_wait_there();
    const bool waits_for_others =
        !order_.queued().empty() || is_mutex_taken_ || (!waiting_.empty() && may_start());
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
void PipelineRun::begin_what_is_ready() {
  is_mutex_taken_ = false;
  std::set<std::size_t>& ready = order_.ready();
  if (ready.empty() || !may_start()) return;
  const auto held = survey_.repository().store().hold();
  for (auto next = ready.begin(); next != ready.end() && may_start();) {
    if (share_.is_full() && !uses_cluster_) break;
    const std::size_t i = *next;
    const bool has_room = share_.fits(stage(i).demands) && has_mutexes(i);
    if (!has_room && !runs_on_cluster(stage(i))) {
      ++next;
      continue;
    }
    ready.erase(next);
    if (each_.contains(i)) {
      start_job(i);
    } else {
      begin(i);
    }
    if (!parts_.contains(i) && !each_.contains(i)) mutexes_.erase(i);
    next = ready.begin();  // what came back at once may have made others ready
  }
}

// Jobs of a cluster and other processes may have them.
bool PipelineRun::has_mutexes(std::size_t i) {
  if (stage(i).demands.mutexes.empty() || runs_on_cluster(stage(i)) || mutexes_.contains(i)) return true;
  auto locks = MutexLocks::try_lock(survey_.repository(), stage(i).demands.mutexes);
  is_mutex_taken_ = is_mutex_taken_ || !locks;
  if (locks) mutexes_.emplace(i, *std::move(locks));
  return mutexes_.contains(i);
}

StageDecision PipelineRun::decide(std::size_t i) {
  StageFacts facts = survey_.facts(selected_[i], options_.force);
  if (const auto forced = forced_after_.find(i); forced != forced_after_.end())
    facts.forced_after = forced->second;
  return decide_stage(facts, survey_.lookup());
}

void PipelineRun::begin(std::size_t i) {
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
  const bool writes = decision.action == StageAction::Restore || decision.action == StageAction::Run;
  if (auto failure = writes ? outputs_elsewhere(stage(i)) : std::nullopt) return fail(i, *std::move(failure));
  try {
    carry_out(i, std::move(decision));
  } catch (const Error& error) {
    // A schema file that is not there, an output that git has: the fault of this stage alone.
    const bool is_its_own = options_.on_failure == OnFailure::KeepGoing && concerns_inputs(error) &&
                            error.kind() != ErrorKind::Io;
    if (!is_its_own || runs_.contains(i) || each_.contains(i) || order_.queued().contains(i)) throw;
    fail(i, {error.message(), error.hint(), {}});
  }
}

void PipelineRun::carry_out(std::size_t i, StageDecision decision) {
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
      if (decision.fault && options_.on_failure == OnFailure::Stop) throw *decision.fault;
      return fail(i, blocked(i, decision));
  }
}

// What is up to date is left alone, and so may others do with it what they like.
// And jobs of a cluster are known by their directories.
bool PipelineRun::needs_claim(std::size_t i, const StageDecision& decision) const {
  const bool becomes_a_job = decision.action == StageAction::Run && runs_on_cluster(stage(i));
  return !becomes_a_job && decision.action != StageAction::UpToDate &&
         !(decision.action == StageAction::Frozen && decision.reasons.empty());
}

// False when another dvx has the stage, or one that it reads from: then it is begun later.
bool PipelineRun::claim(std::size_t i) {
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

void PipelineRun::look_again_at(std::size_t i) {
  journal_.commit();  // or what is not in dvx.lock yet would be forgotten
  survey_.look_again_at(selected_[i]);
}

std::optional<std::chrono::nanoseconds> PipelineRun::patience() const {
  const auto journal = journal_.patience();
  if (order_.queued().empty() && !is_mutex_taken_ && waiting_.empty()) return journal;
  return std::min<std::chrono::nanoseconds>(journal.value_or(kPoll), kPoll);
}

// Nobody tells when a claim of another process comes free.
std::optional<RunningStages::Finished> PipelineRun::wait_for_next() {
  if (!waiting_.empty() && running_.count() == 0) {
    journal_.commit();  // somebody may wait for it
    give_back_what_is_recorded();
  }
  auto finished = running_.wait_for_next(patience());
  order_.ready().merge(waiting_);
  return finished;
}

void PipelineRun::give_back_what_is_recorded() {
  if (journal_.patience()) return;  // something is not in dvx.lock yet
  for (const std::size_t i : not_given_back_) claims_.give_back(stage(i).name);
  not_given_back_.clear();
}

void PipelineRun::run_or_queue(std::size_t i, StageDecision decision) {
  if (runs_on_cluster(stage(i)) && !stage(i).each) return queue(i);
  start(i, std::move(decision));
}

}  // namespace dvx
