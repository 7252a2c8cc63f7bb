#include "core/lineage/rebuild.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/lineage/clean_copy.h"
#include "core/lineage/data_within.h"
#include "core/metafile/canonical_json.h"
#include "core/pipeline/each_job.h"
#include "core/pipeline/each_survey.h"
#include "core/pipeline/foreign_files.h"
#include "core/pipeline/running_stages.h"
#include "core/pipeline/stage_environment.h"
#include "core/pipeline/stage_sandbox.h"
#include "core/pipeline/stage_shell.h"
#include "core/pipeline/survey.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

constexpr std::size_t kMostFindingsOfAnOutput = 10;

class Rebuild {
 public:
  Rebuild(Repository& original, const RebuildOptions& options, CommandRunner& runner, Progress& progress)
      : original_(original),
        options_(options),
        progress_(progress),
        copy_(original),
        lock_(load_lock(original)),
        tracked_(tracked_paths(original)),
        survey_(copy_.repository(), progress),
        running_(runner) {
    selected_ = survey_.graph().select(options.targets, original.cwd(), Reach::Only);
    waiting_.insert(selected_.begin(), selected_.end());
    for (const std::size_t stage : selected_)
      report_.stages.push_back({.stage = name(stage), .differences = {}});
  }

  RebuildReport run() {
    progress_.begin("rebuilding", selected_.size(), 0);
    for (const std::size_t stage : selected_) bring_inputs(stage);
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
    std::unique_ptr<StageSandbox> sandbox;
  };

  const Stage& stage(std::size_t index) const { return survey_.stages()[index]; }
  const std::string& name(std::size_t index) const { return stage(index).name; }
  RebuiltStage& result(std::size_t index) {
    const auto at = std::find(selected_.begin(), selected_.end(), index) - selected_.begin();
    return report_.stages[static_cast<std::size_t>(at)];
  }
  bool is_selected(const std::string& stage_name) const {
    return std::any_of(selected_.begin(), selected_.end(),
                       [&](std::size_t index) { return name(index) == stage_name; });
  }

  void add(std::size_t index, FindingKind kind, const std::string& path, std::string message,
           std::string hint) {
    report_.findings.push_back({kind, name(index), path, std::move(message), std::move(hint)});
  }

  // Recorded data at, around or below what the stage reads, save what other rebuilt stages will make.
  void bring_inputs(std::size_t index) {
    std::vector<CheckoutTarget> targets;
    for (const StageDependency& dep : stage(index).deps) {
      bool found = false;
      for (const TrackedPath& tracked : tracked_) {
        if (!is_beneath(dep.path, tracked.path) && !is_beneath(tracked.path, dep.path)) continue;
        found = true;
        if (is_selected(tracked.stage)) continue;
        const bool part = is_beneath(dep.path, tracked.path);
        const std::string& path = part ? dep.path : tracked.path;
        if (!tracked.cached) bring_untracked(path);  // git may not have it yet
        if (!tracked.data || !tracked.cached) continue;
        const auto data =
            part ? data_within(original_.store(), *tracked.data, tracked.path, dep.path) : tracked.data;
        if (data && brought_.insert(path).second) targets.push_back({path, *data});
      }
      if (!found) bring_untracked(dep.path);
    }
    for (const StageParams& params : stage(index).params) bring_untracked(params.file);
    if (const LockedStage* locked = survey_.locked(name(index))) bring_imports(*locked);
    if (!targets.empty()) copy_.check_out(targets, progress_);
  }

  // Code is in git, unless somebody has not added it yet, or a stage makes it.
  void bring_imports(const LockedStage& locked) {
    if (!locked.environment.contains("imports")) return;
    for (const auto& [text, content] : locked.environment["imports"].items()) {
      const std::string path = path_from_json_text(text);
      const auto maker = survey_.maker_of(path);
      if (maker && is_selected(name(*maker))) continue;
      if (const TrackedPath* tracked = tracked_around(tracked_, path);
          tracked && tracked->data && tracked->cached) {
        const auto data = data_within(original_.store(), *tracked->data, tracked->path, path);
        if (data && brought_.insert(path).second) copy_.check_out({{path, *data}}, progress_);
      } else {
        bring_untracked(path);
      }
      survey_.forget(path);
    }
  }

  void bring_untracked(const std::string& path) {
    if (copy_.has(path) || !exists(original_.path(path))) return;
    copy_.take_untracked(path);
    report_.notes.push_back(
        fmt::format("'{}' is in neither git nor dvx: a clone cannot rebuild from it", display_path(path)));
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
          "dvx repro " + it.name);
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
            "dvx repro " + it.name);
      }
      return false;
    }
    clear_outputs(it);
    return it.each ? start_each(index, decision) : start_once(index, decision.key_fields);
  }

  bool start_once(std::size_t index, const nlohmann::json& key_fields) {
    const Stage& it = stage(index);
    std::unique_ptr<StageSandbox> sandbox;
    if (it.execution.sandbox) {
      sandbox = try_sandbox(index, sandbox_scope(sandbox_inputs(survey_, it, key_fields), it));
      if (!sandbox) return false;
    }
    activate(index);
    start_job(index, job(it), std::move(sandbox));
    return true;
  }

  void activate(std::size_t index) {
    active_.insert(index);
    progress_.current(name(index));
  }

  // The commands see the copy where the repository is: a path that gets into an output is the same one.
  std::unique_ptr<StageSandbox> make_sandbox(std::size_t index, SandboxScope scope) {
    return std::make_unique<StageSandbox>(survey_.repository(), stage(index), std::move(scope),
                                          original_.root());
  }

  // Null: there can be none, which is told.
  std::unique_ptr<StageSandbox> try_sandbox(std::size_t index, SandboxScope scope) {
    try {
      return make_sandbox(index, std::move(scope));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Config) throw;
      add(index, FindingKind::RebuildFailed, {}, error.message(), error.hint());
      return nullptr;
    }
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
    if (it.execution.sandbox) {
      const auto& inputs = inputs_of_all_[index] = sandbox_inputs(survey_, it, decision.key_fields);
      if (!jobs.empty() && !try_sandbox(index, sandbox_scope(inputs, it, jobs.front()))) return false;
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

  void start_job(std::size_t index, CommandJob command, std::unique_ptr<StageSandbox> sandbox) {
    if (sandbox) sandbox->enter(command);
    jobs_[jobs_begun_] = {.stage = index, .log_file = command.log_file, .sandbox = std::move(sandbox)};
    running_.start(jobs_begun_++, std::move(command));
  }

  void start_jobs() {
    for (; !waiting_jobs_.empty() && running_.count() < original_.jobs(); waiting_jobs_.pop_front()) {
      const auto& [index, part] = waiting_jobs_.front();
      const std::string scratch =
          join_path(copy_.repository().temporary_dir(), fmt::format("{}", jobs_begun_));
      CommandJob command = each_command_job(job(stage(index)), stage(index), part, scratch);
      std::unique_ptr<StageSandbox> sandbox;
      if (stage(index).execution.sandbox) {
        SandboxScope scope = sandbox_scope(inputs_of_all_[index], stage(index), part);
        scope.files = command.files;
        sandbox = make_sandbox(index, std::move(scope));
      }
      start_job(index, std::move(command), std::move(sandbox));
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
    const auto problem = problem_of(ended, finished.outcome);
    if (problem) drop_jobs(index);
    const bool has_more = stage(index).each && --jobs_left_[index] > 0;
    if (problem && failed_.insert(index).second)
      add(index, FindingKind::RebuildFailed, {}, *problem + " in a clean copy", "dvx status");
    if (has_more) return;
    active_.erase(index);
    if (!failed_.contains(index)) return compare(index);
    restore_recorded(index);
    finish(index, RebuildOutcome::Failed);
  }

  std::optional<std::string> problem_of(const RunningJob& ended, const CommandOutcome& outcome) const {
    if (ended.sandbox) {
      if (const auto failure = ended.sandbox->leave(outcome, ended.log_file)) return failure->message;
    }
    if (outcome.ok()) return std::nullopt;
    const std::string& command = stage(ended.stage).commands.at(outcome.command);
    return outcome.signal != 0 ? fmt::format("'{}' was killed by signal {}", command, outcome.signal)
                               : fmt::format("'{}' exited with status {}", command, outcome.exit_status);
  }

  void compare(std::size_t index) {
    const LockedStage& locked = *survey_.locked(name(index));
    if (stage(index).each)
      remove_foreign_files(copy_.repository(), outputs_of_items_[index], stage(index).outs.front().path);
    RebuildOutcome outcome = RebuildOutcome::Identical;
    KnownTrees trees;
    std::vector<std::string> paths;
    for (const LockedPath& out : locked.outs) paths.push_back(out.path);
    const SnapshotOptions options{.mode = IngestMode::HashOnly,
                                  .on_tree = [&](const std::string&, const ObjectId& id, const Tree& tree) {
                                    trees.emplace(id, tree);
                                  }};
    const std::vector<Snapshot> snapshots = take_snapshots(copy_.repository(), paths, options, progress_);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      survey_.forget(paths[i]);
      ++result(index).outputs;
      const RebuildOutcome one = compare_output(index, locked.outs[i], snapshots[i], trees);
      if (one != RebuildOutcome::Identical && outcome != RebuildOutcome::Failed) outcome = one;
    }
    if (outcome != RebuildOutcome::Identical) restore_recorded(index);
    finish(index, outcome);
  }

  RebuildOutcome compare_output(std::size_t index, const LockedPath& out, const Snapshot& rebuilt,
                                const KnownTrees& trees) {
    if (!rebuilt.failed.empty()) throw rebuilt.failed.front().error;
    if (!rebuilt.data) {
      add(index, FindingKind::RebuildFailed, out.path, "was not made in a clean copy", "dvx status");
      return RebuildOutcome::Failed;
    }
    result(index).bytes += rebuilt.data->size;
    std::vector<DataDifference> differences =
        data_differences(original_.store(), out.data, *rebuilt.data, trees, copy_.join(out.path));
    if (differences.empty()) return RebuildOutcome::Identical;
    for (DataDifference& difference : differences) {
      difference.path = difference.path.empty() ? out.path : join_path(out.path, difference.path);
      find_offset_in_work_tree(difference);
    }
    tell(index, differences);
    keep(out.path);
    auto& all = result(index).differences;
    all.insert(all.end(), differences.begin(), differences.end());
    return RebuildOutcome::Different;
  }

  // An output that git keeps is not in the store, but the workspace may have what is recorded.
  void find_offset_in_work_tree(DataDifference& difference) {
    if (difference.kind != DifferenceKind::Content || difference.offset || !difference.recorded) return;
    const std::string recorded = original_.path(difference.path);
    if (!exists(recorded) || is_directory(recorded) || is_directory(copy_.join(difference.path))) return;
    const std::string bytes = read_file(recorded);
    if (ObjectId::of(bytes) != *difference.recorded) return;
    const std::string rebuilt = read_file(copy_.join(difference.path));
    const std::size_t common = std::min(bytes.size(), rebuilt.size());
    const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(common);
    difference.offset =
        static_cast<std::uint64_t>(std::mismatch(bytes.begin(), end, rebuilt.begin()).first - bytes.begin());
  }

  void tell(std::size_t index, const std::vector<DataDifference>& differences) {
    const std::string hint = options_.keep.empty()
                                 ? fmt::format("dvx verify --rebuild {} --keep rebuilt", name(index))
                                 : std::string();
    for (std::size_t i = 0; i < std::min(differences.size(), kMostFindingsOfAnOutput); ++i) {
      add(index, FindingKind::RebuildDiffers, differences[i].path, words(differences[i]), hint);
    }
    if (differences.size() > kMostFindingsOfAnOutput) {
      add(index, FindingKind::RebuildDiffers, {},
          fmt::format("and {} more files differ", differences.size() - kMostFindingsOfAnOutput), hint);
    }
  }

  static std::string words(const DataDifference& difference) {
    switch (difference.kind) {
      case DifferenceKind::Missing:
        return "is recorded, but was not made in a clean copy";
      case DifferenceKind::Unexpected:
        return "was made in a clean copy, but is not recorded";
      case DifferenceKind::Mode:
        return "has another mode or kind than recorded";
      case DifferenceKind::Content:
        break;
    }
    return fmt::format("differs{}: recorded {}, rebuilt {}",
                       difference.offset ? fmt::format(" at offset {}", *difference.offset) : "",
                       difference.recorded->short_hex(), difference.rebuilt->short_hex());
  }

  void keep(const std::string& path) {
    namespace fs = std::filesystem;
    if (options_.keep.empty()) return;
    const std::string to = join_path(options_.keep, path);
    make_directories(parent_path(to));
    std::error_code failure;
    make_room(copy_.join(path), to);
    fs::copy(
        copy_.join(path), to,
        fs::copy_options::recursive | fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing,
        failure);
    if (failure) throw system_error("write", to, failure.value());
  }

  // fs::copy() does not replace links that an earlier rebuild left, and writes through them.
  static void make_room(const std::string& from, const std::string& to) {
    namespace fs = std::filesystem;
    const auto remove_file = [](const std::string& path) {
      const auto status = stat_if_exists(path);
      if (status && !S_ISDIR(status->st_mode)) remove_tree(path);
    };
    if (fs::is_symlink(from) || !is_directory(from)) return remove_file(to);
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from)) {
      if (entry.is_symlink() || !entry.is_directory())
        remove_file(join_path(to, *path_beneath(entry.path().string(), from)));
    }
  }

  // So that what comes after is judged on its own.
  void restore_recorded(std::size_t index) {
    for (const LockedPath& out : survey_.locked(name(index))->outs) {
      survey_.forget(out.path);
      const auto declared = std::find_if(tracked_.begin(), tracked_.end(),
                                         [&](const TrackedPath& t) { return t.path == out.path; });
      if (declared != tracked_.end() && !declared->cached) {
        remove_tree(copy_.join(out.path));
        copy_.take_untracked(out.path);
      } else {
        bring_back({out.path, out.data});
      }
    }
  }

  // What the store lacks is absent here too: stages that read it are told to be blocked.
  void bring_back(const CheckoutTarget& target) {
    try {
      copy_.check_out({target}, progress_);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::NotFound && error.kind() != ErrorKind::Corruption) throw;
      remove_tree(copy_.join(target.path));
    }
  }

  void finish(std::size_t index, RebuildOutcome outcome) {
    result(index).outcome = outcome;
    progress_.line(fmt::format("{}: {}", name(index), rebuild_outcome_name(outcome)));
    progress_.advance(1, 0);
    if (outcome == RebuildOutcome::Skipped && survey_.locked(name(index)) != nullptr) restore_recorded(index);
  }

  Repository& original_;
  const RebuildOptions& options_;
  Progress& progress_;
  CleanCopy copy_;
  LockFile lock_;
  std::vector<TrackedPath> tracked_;
  PipelineSurvey survey_;
  std::vector<std::size_t> selected_;
  std::set<std::size_t> waiting_, active_;
  std::map<std::size_t, RunningJob> jobs_;                    // by token
  std::deque<std::pair<std::size_t, EachJob>> waiting_jobs_;  // of stages in active_
  std::map<std::size_t, std::size_t> jobs_left_;              // of stages that are run per input
  std::map<std::size_t, std::vector<std::string>> outputs_of_items_;
  std::map<std::size_t, std::vector<std::string>> inputs_of_all_;  // of those that are sandboxed as well
  std::set<std::size_t> failed_;
  std::size_t jobs_begun_ = 0;
  std::set<std::string> brought_;
  RebuildReport report_;
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
