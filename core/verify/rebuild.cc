#include "core/verify/rebuild.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/display.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/execution/running_stages.h"
#include "core/execution/stage/each_job.h"
#include "core/execution/stage/each_sandboxes.h"
#include "core/execution/stage/foreign_files.h"
#include "core/execution/stage/stage_sandbox.h"
#include "core/formats/pipeline/stage_shell.h"
#include "core/formats/stage_key.h"
#include "core/pipeline/each_survey.h"
#include "core/pipeline/stage_environment.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"
#include "core/verify/clean_copy.h"
#include "core/verify/rebuild_inputs.h"
#include "core/verify/rebuilt_outputs.h"

namespace dvx {

namespace {

class Rebuild {
 public:
  Rebuild(Repository& original, const RebuildOptions& options, CommandRunner& runner, Progress& progress)
      : original_(original),
        progress_(progress),
        copy_(original),
        survey_(copy_.repository(), progress),
        selected_(survey_.graph().select(options.targets, original.cwd(), Reach::Only)),
        inputs_(original, copy_, survey_, names(), report_.notes, progress),
        outputs_(original, copy_, options.keep),
        waiting_(selected_.begin(), selected_.end()),
        running_(runner) {
    survey_.ask_tools_and_servers();
    for (const std::size_t index : selected_)
      report_.stages.push_back({.stage = name(index), .differences = {}});
  }

  RebuildReport run() {
    progress_.begin("rebuilding", selected_.size(), 0);
    for (const std::size_t index : selected_) inputs_.bring(stage(index));
    while (!waiting_.empty() || !active_.empty()) {
      start_what_is_ready();
      if (running_.count() > 0) take_next();
      throw_if_interrupted();
    }
    progress_.end();
    return std::move(report_);
  }

 private:
  struct RunningJob {
    std::size_t stage = 0;
    std::string log_file;
    std::optional<EachJob> part;  // of a stage that is run per input
  };

  const Stage& stage(std::size_t index) const { return survey_.stages()[index]; }
  const std::string& name(std::size_t index) const { return stage(index).name; }
  RebuiltStage& result(std::size_t index) {
    const auto at = std::find(selected_.begin(), selected_.end(), index) - selected_.begin();
    return report_.stages[static_cast<std::size_t>(at)];
  }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const std::size_t index : selected_) all.insert(name(index));
    return all;
  }

  void add(std::size_t index, FindingKind kind, const std::string& path, std::string message,
           std::string hint) {
    report_.findings.push_back({kind, name(index), path, std::move(message), std::move(hint)});
  }

  void start_what_is_ready() {
    start_jobs();
    for (const std::size_t index : selected_) {
      if (running_.count() >= original_.jobs()) return;
      if (!waiting_.contains(index)) continue;
      const auto& upstream = survey_.graph().upstream(index);
      const bool ready =
          std::none_of(upstream.begin(), upstream.end(), [&](std::size_t other) { return !is_done(other); });
      if (!ready) continue;
      waiting_.erase(index);
      if (!start(index)) finish(index, RebuildOutcome::Skipped);
    }
  }

  bool is_done(std::size_t index) const { return !waiting_.contains(index) && !active_.contains(index); }

  // Runs the stage when the copy is what it was recorded with; else says why not.
  bool start(std::size_t index) {
    const Stage& it = stage(index);
    const LockedStage* locked = survey_.locked(it.name);
    if (locked == nullptr) {
      add(index, FindingKind::NeverRun, {}, "never ran, so there is nothing to compare with",
          "dvx repro " + paste_quote(it.name));
      return false;
    }
    if (it.frozen) {
      report_.notes.push_back(fmt::format("stage '{}' is frozen and was not rebuilt", it.name));
      return false;
    }
    survey_.look_at({index});
    const StageDecision decision = decide_stage(survey_.facts(index, Force::Yes), survey_.lookup());
    if (decision.action == StageAction::Blocked || decision.key != locked->key) {
      for (const StaleReason& reason : differing_inputs(index, decision)) {
        add(index, FindingKind::Stale, {}, "cannot be rebuilt as recorded: " + describe(reason),
            "dvx repro " + paste_quote(it.name));
      }
      return false;
    }
    clear_outputs(it);
    return it.each ? start_each(index, decision) : start_once(index, decision.key_fields);
  }

  // The commands see the copy where the repository is: a path that gets into an output is the same one.
  bool start_once(std::size_t index, const nlohmann::json& key_fields) {
    const Stage& it = stage(index);
    CommandJob command = job(it);
    if (it.execution.sandbox) {
      try {
        SandboxScope scope = sandbox_scope(sandbox_inputs(survey_, it, key_fields), it);
        const auto [at, is_new] =
            sandboxes_.try_emplace(index, survey_.repository(), it, std::move(scope), original_.root());
        at->second.enter(command);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::Config) throw;
        add(index, FindingKind::RebuildFailed, {}, error.message(), error.hint());
        return false;
      }
    }
    activate(index);
    start_job(index, std::move(command), {});
    return true;
  }

  void activate(std::size_t index) {
    active_.insert(index);
    progress_.current(name(index));
  }

  // Run for every input: the copy has none of its outputs.
  bool start_each(std::size_t index, const StageDecision& decision) {
    const Stage& it = stage(index);
    EachPlan plan = plan_items(survey_, it, decision, progress_);
    std::vector<EachItem> items;
    make_directories(copy_.join(it.outs.front().path));
    for (ItemToRun& each : plan.run) {
      make_directories(parent_path(copy_.join(each.item.out)));
      items.push_back(std::move(each.item));
    }
    outputs_of_items_[index] = std::move(plan.outputs);
    const auto jobs_are = it.execution.sandbox ? JobsAre::Sandboxed : JobsAre::Plain;
    std::vector<EachJob> jobs = each_jobs(it, std::move(items), jobs_are);
    if (it.execution.sandbox && !jobs.empty()) {
      const auto& sandboxes =
          each_sandboxes_.try_emplace(index, survey_, it, decision.key_fields, original_.root())
              .first->second;
      if (const auto failure = sandboxes.try_one(jobs.front())) {
        add(index, FindingKind::RebuildFailed, {}, failure->message, failure->hint);
        return false;
      }
    }
    activate(index);
    jobs_left_[index] = jobs.size();
    for (EachJob& part : jobs) waiting_jobs_.emplace_back(index, std::move(part));
    if (jobs.empty()) {
      active_.erase(index);
      compare(index);
    }
    start_jobs();
    return true;
  }

  void start_job(std::size_t index, CommandJob command, std::optional<EachJob> part) {
    jobs_[jobs_begun_] = {.stage = index, .log_file = command.log_file, .part = std::move(part)};
    running_.start(jobs_begun_++, std::move(command));
  }

  void start_jobs() {
    for (; !waiting_jobs_.empty() && running_.count() < original_.jobs(); waiting_jobs_.pop_front()) {
      auto& [index, part] = waiting_jobs_.front();
      const std::string scratch =
          join_path(copy_.repository().temporary_dir(), fmt::format("{}", jobs_begun_));
      CommandJob command = each_command_job(job(stage(index)), stage(index), part, scratch);
      if (const auto at = each_sandboxes_.find(index); at != each_sandboxes_.end())
        at->second.enter(jobs_begun_, part, command);
      start_job(index, std::move(command), std::move(part));
    }
  }

  // Of one that failed the other inputs do not matter.
  void drop_jobs(std::size_t index) {
    jobs_left_[index] -= static_cast<std::size_t>(
        std::erase_if(waiting_jobs_, [&](const auto& waiting) { return waiting.first == index; }));
  }

  std::vector<StaleReason> differing_inputs(std::size_t index, const StageDecision& decision) {
    if (decision.action == StageAction::Blocked) return decision.reasons;
    const LockedStage& locked = *survey_.locked(name(index));
    std::vector<StaleReason> reasons =
        compare_keys(key_fields_of_lock(locked, decision.key_fields), decision.key_fields);
    if (reasons.empty())
      reasons.push_back(
          {.kind = ReasonKind::KeyVersion, .what = {}, .file = {}, .old_value = {}, .new_value = {}});
    return reasons;
  }

  void clear_outputs(const Stage& it) {
    for (const StageOutput& out : it.outs) {
      remove_tree(copy_.join(out.path));
      make_directories(parent_path(copy_.join(out.path)));
      survey_.forget(out.path);
      if (out.persist) {
        report_.notes.push_back(fmt::format("output '{}' of stage '{}' persists: it was rebuilt from nothing",
                                            display_path(out.path), it.name));
      }
    }
    make_directories(copy_.join(it.wdir));
  }

  CommandJob job(const Stage& it) {
    const std::string prefix = it.name + " | ";
    Progress& progress = progress_;
    return {
        .stage = it.name,
        .commands = shell_commands(it),
        .directory = copy_.join(it.wdir),
        .environment = stage_environment(original_.surroundings().environment, it.env),
        .log_file = join_path(copy_.repository().temporary_dir(), ObjectId::of(it.name).to_hex() + ".log"),
        .on_line = [prefix, &progress](std::string_view line) { progress.line(prefix + std::string(line)); },
        .timeout = it.demands.timeout,
        .should_stop = {},
        .kill_now = {}};
  }

  void take_next() {
    RunningStages::Finished finished = running_.wait_for_next();
    if (finished.failure) std::rethrow_exception(finished.failure);
    throw_if_interrupted();
    const RunningJob ended = std::move(jobs_.extract(finished.token).mapped());
    const std::size_t index = ended.stage;
    result(index).seconds += finished.outcome.wall_seconds;
    const auto problem = problem_of(finished.token, ended, finished.outcome);
    if (problem) drop_jobs(index);
    const bool has_more = stage(index).each && --jobs_left_[index] > 0;
    if (problem && failed_.insert(index).second)
      add(index, FindingKind::RebuildFailed, {}, *problem + " in a clean copy", "dvx status");
    if (has_more) return;
    active_.erase(index);
    if (!failed_.contains(index)) return compare(index);
    inputs_.restore_outputs(*survey_.locked(name(index)));
    finish(index, RebuildOutcome::Failed);
  }

  std::optional<std::string> problem_of(std::size_t token, const RunningJob& ended,
                                        const CommandOutcome& outcome) {
    if (const auto failure = leave_sandbox(token, ended, outcome)) return failure->message;
    if (outcome.ok()) return std::nullopt;
    const std::string& command = stage(ended.stage).commands.at(outcome.command);
    return outcome.signal != 0
               ? fmt::format("'{}' was killed by signal {}", command, outcome.signal)
               : fmt::format("'{}' exited with status {}", one_line(command), outcome.exit_status);
  }

  std::optional<StageFailure> leave_sandbox(std::size_t token, const RunningJob& ended,
                                            const CommandOutcome& outcome) {
    if (ended.part) {
      const auto at = each_sandboxes_.find(ended.stage);
      return at == each_sandboxes_.end() ? std::nullopt
                                         : at->second.leave(token, *ended.part, outcome, ended.log_file);
    }
    auto sandbox = sandboxes_.extract(ended.stage);
    return sandbox.empty() ? std::nullopt : sandbox.mapped().leave(outcome, ended.log_file);
  }

  void compare(std::size_t index) {
    const LockedStage& locked = *survey_.locked(name(index));
    if (stage(index).each)
      remove_foreign_files(copy_.repository(), outputs_of_items_[index], stage(index).outs.front().path);
    for (const LockedPath& out : locked.outs) survey_.forget(out.path);
    const RebuildOutcome outcome = outputs_.compare(locked, result(index), report_.findings, progress_);
    if (outcome != RebuildOutcome::Identical) inputs_.restore_outputs(locked);
    finish(index, outcome);
  }

  void finish(std::size_t index, RebuildOutcome outcome) {
    result(index).outcome = outcome;
    progress_.line(fmt::format("{}: {}", name(index), rebuild_outcome_name(outcome)));
    progress_.advance(1, 0);
    const LockedStage* locked = survey_.locked(name(index));
    if (outcome == RebuildOutcome::Skipped && locked != nullptr) inputs_.restore_outputs(*locked);
  }

  Repository& original_;
  Progress& progress_;
  CleanCopy copy_;
  PipelineSurvey survey_;
  RebuildReport report_;
  const std::vector<std::size_t> selected_;
  RebuildInputs inputs_;
  RebuiltOutputs outputs_;
  std::set<std::size_t> waiting_, active_;
  std::map<std::size_t, RunningJob> jobs_;                    // by token
  std::deque<std::pair<std::size_t, EachJob>> waiting_jobs_;  // of stages in active_
  std::map<std::size_t, StageSandbox> sandboxes_;             // of stages in active_ that run once
  std::map<std::size_t, EachSandboxes> each_sandboxes_;       // of those that are run per input
  std::map<std::size_t, std::size_t> jobs_left_;
  std::map<std::size_t, std::vector<std::string>> outputs_of_items_;
  std::set<std::size_t> failed_;
  std::size_t jobs_begun_ = 0;
  RunningStages running_;  // last: stopped before the rest goes
};

}  // namespace

std::string_view rebuild_outcome_name(RebuildOutcome outcome) {
  switch (outcome) {
    case RebuildOutcome::Identical:
      return "identical";
    case RebuildOutcome::Different:
      return "different";
    case RebuildOutcome::Failed:
      return "failed";
    case RebuildOutcome::Skipped:
      break;
  }
  return "skipped";
}

RebuildReport rebuild(Repository& repository, const RebuildOptions& options, CommandRunner& runner,
                      Progress& progress) {
  return Rebuild(repository, options, runner, progress).run();
}

}  // namespace dvx
