#include "core/execution/stage/stage_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/task_watch.h"
#include "base/version.h"
#include "core/execution/stage/host_description.h"
#include "core/execution/stage/recorded_outputs.h"
#include "core/execution/stage/stage_places.h"
#include "core/execution/stage/stage_schemas.h"
#include "core/execution/trace/trace_check.h"
#include "core/formats/pipeline/each_paths.h"
#include "core/formats/pipeline/stage_shell.h"
#include "core/formats/run_record.h"
#include "core/formats/stage_key.h"
#include "core/formats/text/canonical_json.h"
#include "core/pipeline/stage_environment.h"
#include "core/workspace/private_copy.h"
#include "core/workspace/snapshot.h"

namespace dvx {

namespace {

void sort_by_path(std::vector<LockedPath>& paths) {
  std::ranges::sort(paths, {}, &LockedPath::path);
}

}  // namespace

LockedStage make_lock_entry(const Stage& stage, const nlohmann::json& key_fields,
                            std::vector<LockedPath> deps, std::vector<LockedPath> outs, const ObjectId& run) {
  sort_by_path(deps);
  sort_by_path(outs);
  return {.key = stage_key(key_fields),
          .run = run,
          .commands = stage.commands,
          .deps = std::move(deps),
          .outs = std::move(outs),
          .params = key_fields.at("params"),
          .environment = lock_environment(key_fields)};
}

StageRun::StageRun(PipelineSurvey& survey, const Stage& stage, StageDecision decision, std::string log_file)
    : survey_(survey),
      stage_(stage),
      decision_(std::move(decision)),
      log_file_(std::move(log_file)),
      machine_(host_description()) {
  for (const StageDependency& dep : stage.deps) deps_.push_back({dep.path, survey.content(dep.path).value()});
  sort_by_path(deps_);
  if (!decision_.key_fields->contains("imports")) return;
  for (const auto& [name, content] : (*decision_.key_fields)["imports"].items()) {
    const std::string path = path_from_json_text(name);
    imports_.push_back({path, survey.content(path).value()});
  }
}

std::optional<StageFailure> StageRun::prepare(Progress& progress) {
  Repository& repository = survey_.repository();
  if (auto failure = refuse_linked_places(repository, stage_)) return failure;
  verdicts_ = check_stage_schemas(survey_, stage_, SchemaSide::Dependencies);
  if (auto failure = schema_failure(verdicts_)) return failure;
  const std::string directory = repository.path(stage_.wdir);
  if (!is_directory(directory)) {
    return StageFailure{fmt::format("its wdir '{}' is not a directory", display_path(stage_.wdir)),
                        "mkdir -p " + stage_.wdir,
                        {}};
  }
  for (const StageOutput& out : stage_.outs) {
    const std::string path = repository.path(out.path);
    progress.current(out.path);
    if (stage_.each) {  // what is in the directory goes item by item
      if (!is_directory(path)) remove_tree(path);
      make_directories(path);
    } else if (out.persist) {
      make_private(path, repository.store_dir());
    } else if (!is_sandboxed_) {  // else it is replaced when there is a new one
      remove_tree(path);
    }
    survey_.forget(out.path);
    make_directories(parent_path(path));
  }
  if (is_sandboxed_) {
    if (auto failure = make_sandbox()) return failure;
  }
  started_ns_ = repository.clock().now_ns();
  return std::nullopt;
}

std::optional<StageFailure> StageRun::make_sandbox() {
  try {
    if (sandbox_) sandbox_->keep_what_persists();
    Repository& repository = survey_.repository();
    auto inputs = sandbox_inputs(survey_, stage_, decision_.key_fields);
    sandbox_.emplace(repository, stage_, sandbox_scope(std::move(inputs), stage_), repository.root());
    return std::nullopt;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Config) throw;
    return StageFailure{error.message(), error.hint(), {}};
  }
}

CommandJob StageRun::job(Progress& progress) const {
  Repository& repository = survey_.repository();
  CommandJob job{.stage = stage_.name,
                 .commands = shell_commands(stage_),
                 .directory = repository.path(stage_.wdir),
                 .environment = stage_environment(repository.surroundings().environment, stage_.env),
                 .log_file = log_file_,
                 .on_line = [name = stage_.name,
                             &progress](std::string_view line) { tell_task_line(progress, name, line); },
                 .timeout = stage_.demands.timeout,
                 .traced_beneath = trace_ == Trace::Off || is_sandboxed_ ? "" : repository.root(),
                 .should_stop = {},
                 .kill_now = {}};
  if (sandbox_) sandbox_->enter(job);
  return job;
}

std::variant<FinishedRun, StageFailure> StageRun::finish(const CommandOutcome& outcome, const GitState& git,
                                                         const std::string& executor, Ingest& into,
                                                         Progress& progress) {
  if (auto failure = check(outcome, &into, progress)) return *std::move(failure);
  const ObjectId run = record(outcome, git, executor, into);
  return FinishedRun{run, lock_entry(run)};
}

std::optional<StageFailure> StageRun::check(const CommandOutcome& outcome, Ingest* into, Progress& progress) {
  for (const StageOutput& out : stage_.outs) survey_.forget(out.path);
  if (sandbox_) {
    if (auto failure = sandbox_->leave(outcome, log_file_)) return failure;
    if (!sandbox_->left().empty()) {
      progress.warning(
          fmt::format("stage '{}' wrote {} in its sandbox, and does not declare that: it is gone",
                      stage_.name, sandbox_->left()));
    }
  }
  if (auto failure = failure_of(outcome)) return failure;
  if (auto failure = check_trace(outcome, progress)) return failure;
  if (auto failure = store_outputs(into, progress)) return failure;
  if (auto failure = check_inputs_again(progress)) return failure;
  auto verdicts = check_stage_schemas(survey_, stage_, SchemaSide::Outputs);
  if (auto failure = schema_failure(verdicts)) return failure;
  verdicts_.insert(verdicts_.end(), verdicts.begin(), verdicts.end());
  return std::nullopt;
}

std::variant<StageFindings, StageFailure> StageRun::examine(const CommandOutcome& outcome,
                                                            Progress& progress) {
  if (auto failure = check(outcome, nullptr, progress)) return *std::move(failure);
  return StageFindings{
      .started_ns = started_ns_, .machine = machine_, .outs = outs_, .trees = trees_, .verdicts = verdicts_};
}

std::variant<FinishedRun, StageFailure> StageRun::record_findings(StageFindings findings,
                                                                  const CommandOutcome& outcome,
                                                                  const GitState& git,
                                                                  const std::string& executor, Ingest& into,
                                                                  Progress& progress) {
  for (const StageOutput& out : stage_.outs) survey_.forget(out.path);
  if (auto failure = store_outputs(&into, progress)) return *std::move(failure);
  for (std::size_t i = 0; i < outs_.size(); ++i) {
    if (i < findings.outs.size() && findings.outs[i].path == outs_[i].path &&
        findings.outs[i].data == outs_[i].data) {
      continue;
    }
    return StageFailure{
        fmt::format("its output '{}' was changed after it ended", display_path(outs_[i].path)),
        "dvx repro " + paste_quote(stage_.name),
        {}};
  }
  started_ns_ = findings.started_ns;
  machine_ = std::move(findings.machine);
  trees_ = std::move(findings.trees);
  verdicts_ = std::move(findings.verdicts);
  const ObjectId run = record(outcome, git, executor, into);
  return FinishedRun{run, lock_entry(run)};
}

std::optional<StageFailure> StageRun::failure_of(const CommandOutcome& outcome) const {
  if (outcome.ok()) return std::nullopt;
  const std::string& command = stage_.commands.at(outcome.command);
  if (outcome.overdue) {
    const std::chrono::duration<double> given = *stage_.demands.timeout;
    return StageFailure{
        fmt::format("'{}' was stopped: its timeout of {:g} s was over", command, given.count()), {}, {}};
  }
  if (outcome.stopped) return StageFailure{"it was interrupted", "dvx repro " + paste_quote(stage_.name), {}};
  if (outcome.signal != 0) {
    return StageFailure{fmt::format("'{}' was killed by signal {} ({})", command, outcome.signal,
                                    ::strsignal(outcome.signal)),
                        {},
                        {}};
  }
  const std::string where = sandbox_ ? fmt::format(" ({})", sandbox_->what_it_sees()) : "";
  return StageFailure{
      fmt::format("'{}' exited with status {}{}", one_line(command), outcome.exit_status, where), {}, {}};
}

std::optional<StageFailure> StageRun::check_trace(const CommandOutcome& outcome, Progress& progress) {
  if (trace_ == Trace::Off || is_sandboxed_) return std::nullopt;
  if (!outcome.files) return untraced_failure(trace_, stage_.name, progress);
  found_ = judge_trace(survey_.repository(), survey_.stages(), stage_,
                       {*outcome.files, implicit_dependencies(decision_.key_fields)});
  say_trace(*found_, stage_.name, progress);
  return trace_ == Trace::Enforce ? trace_failure(*found_, stage_.name) : std::nullopt;
}

std::optional<StageFailure> StageRun::store_outputs(Ingest* into, Progress& progress) {
  Repository& repository = survey_.repository();
  std::vector<std::string> kept, hashed;
  for (const StageOutput& out : stage_.outs) {
    if (!exists(repository.path(out.path))) {
      return StageFailure{fmt::format("it did not make its output '{}'", display_path(out.path)), {}, {}};
    }
    // Git keeps metrics and plots, but of the commit alone: the run cache must be able to bring back every
    // one there was.
    const bool is_kept = into != nullptr && (out.cache || out.kind != OutputKind::Data);
    (is_kept ? kept : hashed).push_back(out.path);
  }
  const std::size_t begin = outs_.size();
  if (auto failure = read_outputs(repository, kept, into, outs_, progress)) return failure;
  if (auto failure = read_outputs(repository, hashed, nullptr, outs_, progress)) return failure;
  for (std::size_t i = begin; i < outs_.size(); ++i) survey_.know(outs_[i].path, outs_[i].data);
  sort_by_path(outs_);
  return std::nullopt;
}

// Of a tree that the store lacks, with those in it. False when the survey does not have them.
bool StageRun::keep_seen_trees(const ObjectId& id) {
  if (survey_.repository().store().contains(id)) return true;
  const Tree* tree = survey_.seen_tree(id);
  if (tree == nullptr) return false;
  trees_.push_back(tree->serialize());
  return std::ranges::all_of(tree->entries(), [this](const TreeEntry& entry) {
    return entry.kind != EntryKind::Directory || keep_seen_trees(entry.id);
  });
}

std::optional<StageFailure> StageRun::check_inputs_again(Progress& progress) {
  for (const std::string& url : stage_.urls) {
    if (survey_.look_again_at_url(url, stage_.name) == decision_.key_fields->at("urls").at(url)) continue;
    return StageFailure{
        fmt::format("'{}' changed while the stage ran", url), "dvx repro " + paste_quote(stage_.name), {}};
  }
  const std::string of_items = trusts_inputs_of_items_ ? each_input_directory(stage_.each->in) : "";
  std::vector<LockedPath> inputs = deps_;
  std::erase_if(inputs,
                [&](const LockedPath& dep) { return dep.path == of_items && keep_seen_trees(dep.data.id); });
  inputs.insert(inputs.end(), imports_.begin(), imports_.end());
  // Trees of directories that nobody tracks, such as code, are kept with the record: `why` names files by
  // them.
  const auto keep_tree = [this](const std::string&, const ObjectId& id, const Tree& tree) {
    if (!survey_.repository().store().contains(id)) trees_.push_back(tree.serialize());
  };
  return compare_inputs(
      inputs, {.mode = IngestMode::HashOnly, .on_tree = keep_tree, .fresh = FreshFiles::HashAgain}, progress);
}

std::optional<StageFailure> StageRun::check_shared_inputs(Progress& progress) {
  const std::string of_items = each_input_directory(stage_.each->in);
  std::vector<LockedPath> inputs = deps_;
  std::erase_if(inputs, [&](const LockedPath& dep) { return dep.path == of_items; });
  inputs.insert(inputs.end(), imports_.begin(), imports_.end());
  return compare_inputs(inputs,
                        {.mode = IngestMode::HashOnly,
                         .on_tree = {},
                         .fresh = FreshFiles::HashAgain,
                         .interrupted = WhenInterrupted::Finish},
                        progress);
}

std::optional<StageFailure> StageRun::compare_inputs(const std::vector<LockedPath>& inputs,
                                                     const SnapshotOptions& options, Progress& progress) {
  std::vector<std::string> paths;
  for (const LockedPath& input : inputs) paths.push_back(input.path);
  const auto snapshots = take_snapshots(survey_.repository(), paths, options, progress);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (snapshots[i].data == inputs[i].data) continue;
    survey_.forget(paths[i]);
    if (std::ranges::find(deps_, paths[i], &LockedPath::path) != deps_.end()) {
      return StageFailure{fmt::format("input '{}' changed while the stage ran", display_path(paths[i])),
                          "dvx repro " + paste_quote(stage_.name),
                          {}};
    }
    return StageFailure{
        fmt::format("'{}', which it imports, changed while it ran", display_path(paths[i])),
        fmt::format("dvx repro {}; name it under 'outs' if the stage itself writes it", stage_.name),
        {}};
  }
  return std::nullopt;
}

// A dependency on a directory of which stages made parts lists those parts too, each with its producer.
std::vector<RunDependency> StageRun::dependencies() {
  std::vector<RunDependency> result;
  for (const LockedPath& dep : deps_) {
    result.push_back({.path = dep.path, .data = dep.data, .producer = survey_.producer_of(dep.path)});
    for (const std::string& part : survey_.outputs_beneath(dep.path)) {
      const bool is_listed = std::ranges::find(deps_, part, &LockedPath::path) != deps_.end();
      const auto producer = survey_.producer_of(part);
      if (!is_listed && producer) result.push_back({part, survey_.content(part).value(), producer});
    }
  }
  for (const LockedPath& import : imports_)
    result.push_back({import.path, import.data, survey_.producer_of(import.path)});
  for (const std::string& name : stage_.stage_deps) {
    const auto needed = survey_.made_by(name);
    if (!needed) continue;
    for (const LockedPath& out : needed->outs) {
      const bool is_listed = std::ranges::find(result, out.path, &RunDependency::path) != result.end();
      if (!is_listed) result.push_back({out.path, out.data, survey_.producer_of(out.path)});
    }
  }
  std::ranges::sort(result, {}, &RunDependency::path);
  return result;
}

ObjectId StageRun::record(const CommandOutcome& outcome, const GitState& git, const std::string& executor,
                          Ingest& into) {
  into.add_file(log_file_, 0, 0);
  const auto logs = into.collect();
  for (const std::string& tree : trees_) into.add_bytes(tree);
  RunRecord record;
  record.stage = stage_.name;
  record.key = decision_.key;
  record.key_fields = decision_.key_fields;
  record.commands = stage_.commands;
  record.wdir = stage_.wdir;
  record.deps = dependencies();
  for (const LockedPath& out : outs_) {
    const auto declared = std::ranges::find(stage_.outs, out.path, &StageOutput::path);
    record.outs.push_back({.path = out.path, .data = out.data, .cached = declared->cache});
  }
  record.params = decision_.key_fields->at("params");
  record.environment = lock_environment(decision_.key_fields);
  record.git_commit = git.commit;
  record.git_dirty = git.dirty;
  for (const SchemaVerdict& verdict : verdicts_) {
    record.schemas.push_back(
        {verdict.path, verdict.schema, verdict.schema_id, verdict.valid, verdict.violation_count});
  }
  record.items = items_;
  record.started_ns = started_ns_;
  record.wall_seconds = outcome.wall_seconds;
  record.cpu_seconds = outcome.cpu_seconds;
  record.peak_memory_bytes = outcome.peak_memory_bytes;
  record.machine = machine_;
  record.executor = executor;
  if (!logs.empty() && !logs.front().error) record.log = logs.front().id;
  record.dvx_version = dvx_version();
  return into.add_bytes(serialize_run_record(record));
}

LockedStage StageRun::lock_entry(const ObjectId& run) const {
  return make_lock_entry(stage_, decision_.key_fields, deps_, outs_, run);
}

}  // namespace dvx
