#include "core/verify/chain_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/formats/stage_key.h"
#include "core/formats/text/canonical_json.h"
#include "core/lineage/git_origin.h"
#include "core/pipeline/survey.h"
#include "core/runs/run_history.h"
#include "core/verify/object_check.h"
#include "core/workspace/data_within.h"
#include "core/workspace/project_files.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

constexpr std::size_t kShortCommit = 7;

class ChainCheck {
 public:
  ChainCheck(Repository& repository, const LockFile& lock, Progress& progress)
      : repository_(repository),
        lock_(lock),
        progress_(progress),
        history_(repository.store(), lock),
        objects_(repository.store()) {}

  void check_stage(const Stage& stage) {
    throw_if_interrupted();
    ++report_.stages;
    stage_ = stage.name;
    progress_.current(stage_);
    const auto locked = lock_.stages.find(stage_);
    if (locked == lock_.stages.end()) return;  // the plan has told
    const KnownRun* run = find_run(locked->second.run);
    if (run != nullptr) {
      check_lock_entry(stage_, locked->second, run->record);
      check_run(*run);
    }
    check_outputs(stage, locked->second, run);
  }

  // What repro would do is what differs between the workspace and dvx.lock.
  void check_plan(const Plan& plan) {
    for (const PlannedStage& stage : plan.stages) {
      stage_ = stage.name;
      for (const StaleReason& reason : stage.decision.reasons) add_reason(reason);
      for (const Unasked& unasked : stage.decision.unasked) {
        if (std::ranges::find(report_.unasked, unasked) == report_.unasked.end())
          report_.unasked.push_back(unasked);
      }
    }
  }

  void check_pointer(const TrackedPath& tracked) {
    stage_.clear();
    if (tracked.conflict)
      return add(FindingKind::WorkspaceDiffers, tracked.path, tracked.conflict->message(),
                 tracked.conflict->hint());
    if (!tracked.data) return;
    check_object(tracked.path, *tracked.data);
    const Snapshot snapshot = take_snapshot(repository_, tracked.path, {}, progress_);
    if (!snapshot.failed.empty()) {
      for (const FailedPath& failed : snapshot.failed) {
        add(FindingKind::WorkspaceDiffers, failed.path, "cannot be compared: " + failed.error.message(),
            failed.error.hint());
      }
    } else if (!snapshot.data) {
      add(FindingKind::WorkspaceDiffers, tracked.path, "is not in the workspace",
          "dvx checkout " + typed(tracked.path));
    } else if (*snapshot.data != *tracked.data) {
      add(FindingKind::WorkspaceDiffers, tracked.path,
          fmt::format("is not what '{}' records", display_path(tracked.pointer)), "dvx status");
    }
  }

  ChainReport take() { return std::move(report_); }

 private:
  void add(FindingKind kind, const std::string& path, std::string message, std::string hint = {}) {
    report_.findings.push_back({kind, stage_, path, std::move(message), std::move(hint)});
  }

  std::string typed(const std::string& path) const { return paste_quote(repository_.to_user(path)); }

  void add_reason(const StaleReason& reason) {
    switch (reason.kind) {
      case ReasonKind::Upstream:       // told where it begins
      case ReasonKind::AlwaysChanged:  // by wish
      case ReasonKind::Forced:
        return;
      case ReasonKind::NeverRun:
        return add(FindingKind::NeverRun, {}, "never ran", "dvx repro " + paste_quote(stage_));
      case ReasonKind::FailedBefore:
        return add(FindingKind::NeverRun, {}, "never ran to its end: its last run failed",
                   "dvx logs " + paste_quote(stage_));
      case ReasonKind::OutputMissing:
        return add(FindingKind::WorkspaceDiffers, reason.what, "is not in the workspace",
                   "dvx checkout " + typed(reason.what));
      case ReasonKind::OutputModified:
        return add(FindingKind::WorkspaceDiffers, reason.what, "is not what dvx.lock records",
                   "dvx checkout " + typed(reason.what));
      case ReasonKind::OutputUnrecorded:
        return add(FindingKind::WorkspaceDiffers, reason.what, "is not recorded yet", "dvx commit");
      default:
        add(FindingKind::Stale, {}, "is stale: " + describe(reason), "dvx repro " + paste_quote(stage_));
    }
  }

  // The record, or null after a finding. Each damaged or absent record is told once.
  const KnownRun* find_run(const ObjectId& id) {
    const KnownRun* run = history_.find(id);
    if (run != nullptr || !told_.insert(id).second) return run;
    const Error& error = history_.unreadable().at(id);
    if (error.kind() == ErrorKind::NotFound) {
      add(FindingKind::RecordMissing, {}, fmt::format("run record {} is not in the store", id.short_hex()),
          "dvx fetch");
    } else {
      add(FindingKind::RecordDamaged, {}, fmt::format("run record {}: {}", id.short_hex(), error.message()),
          "dvx fsck --repair");
    }
    return nullptr;
  }

  void mismatch(const ObjectId& run, const std::string& path, const std::string& what) {
    add(FindingKind::RecordMismatch, path, fmt::format("run record {} {}", run.short_hex(), what),
        "dvx repro -f " + stage_);
  }

  void check_lock_entry(const std::string& name, const LockedStage& locked, const RunRecord& record) {
    if (record.stage != name) mismatch(locked.run, {}, fmt::format("is one of stage '{}'", record.stage));
    if (record.key != locked.key) mismatch(locked.run, {}, "has another key than dvx.lock");
    if (record.commands != locked.commands) mismatch(locked.run, {}, "has other commands than dvx.lock");
    if (record.params != locked.params) mismatch(locked.run, {}, "has other params than dvx.lock");
    if (record.exit_status != 0)
      mismatch(locked.run, {}, fmt::format("ended with exit status {}", record.exit_status));
    for (const LockedPath& dep : locked.deps) {
      const auto same = [&](const RunDependency& other) {
        return other.path == dep.path && other.data == dep.data;
      };
      if (std::none_of(record.deps.begin(), record.deps.end(), same))
        mismatch(locked.run, dep.path, "read other content of it than dvx.lock says");
    }
    if (record.outs.size() != locked.outs.size()) mismatch(locked.run, {}, "has other outputs than dvx.lock");
    for (const LockedPath& out : locked.outs) {
      const auto same = [&](const RunOutput& other) {
        return other.path == out.path && other.data == out.data;
      };
      if (std::none_of(record.outs.begin(), record.outs.end(), same))
        mismatch(locked.run, out.path, "made other content of it than dvx.lock says");
    }
  }

  // The record itself and, through its producers, all records upstream; each once.
  void check_run(const KnownRun& first) {
    std::vector<const KnownRun*> open = {&first};
    while (!open.empty()) {
      const KnownRun* run = open.back();
      open.pop_back();
      if (!checked_.insert(run->id).second) continue;
      ++report_.runs;
      check_own_fields(*run);
      if (!run->record.was_run()) {
        report_.notes.push_back(fmt::format(
            "outputs of stage '{}' were recorded as they were found: no run made them", run->record.stage));
      }
      check_git(*run);
      check_conflicts(run->record.key);
      for (const RunDependency& dep : run->record.deps) {
        if (!dep.producer) continue;
        const KnownRun* producer = find_run(*dep.producer);
        if (producer == nullptr) continue;
        check_producer(*run, dep, *producer);
        open.push_back(producer);
      }
    }
  }

  void check_own_fields(const KnownRun& run) {
    const RunRecord& record = run.record;
    if (stage_key(record.key_fields) != record.key)
      mismatch(run.id, {}, "has a key that is not the hash of its key fields");
    const auto has = [&](const char* field, const nlohmann::json& value) {
      return record.key_fields->is_object() && record.key_fields->contains(field) &&
             (*record.key_fields)[field] == value;
    };
    if (!has("commands", record.commands)) mismatch(run.id, {}, "has a key with other commands than its own");
    if (!has("params", record.params)) mismatch(run.id, {}, "has a key with other params than its own");
    check_inputs(run, "deps");
    check_inputs(run, "imports");
    for (const SchemaVerdictRef& verdict : record.schemas) {
      if (verdict.valid) continue;
      add(FindingKind::InvalidSchema, verdict.path,
          fmt::format("broke '{}' in run {}", display_path(verdict.schema), run.id.short_hex()),
          "dvx schema check " + typed(verdict.path));
    }
  }

  // What its key says it read is among what the record says.
  void check_inputs(const KnownRun& run, const char* field) {
    const RunRecord& record = run.record;
    if (!record.key_fields->is_object() || !record.key_fields->contains(field)) return;
    for (const auto& input : (*record.key_fields)[field].items()) {
      const std::string& path = input.key();
      const auto& content = input.value();
      const auto same = [&](const RunDependency& dep) {
        return path_to_json_text(dep.path) == path && key_content(dep.data) == content;
      };
      if (std::none_of(record.deps.begin(), record.deps.end(), same)) {
        mismatch(run.id, path_from_json_text(path),
                 "has a key with other content of it than it says it read");
      }
    }
  }

  void check_producer(const KnownRun& run, const RunDependency& dep, const KnownRun& producer) {
    for (const RunOutput& out : producer.record.outs) {
      if (!is_beneath(dep.path, out.path)) continue;
      if (!out.cached && dep.path != out.path)
        return;  // a directory that git keeps: its tree is not in the store
      try {
        const auto made = data_within(repository_.store(), out.data, out.path, dep.path);
        if (made && *made == dep.data) return;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Corruption)
          return;  // told with the outputs
        throw;
      }
    }
    add(FindingKind::ProducerMismatch, dep.path,
        fmt::format("run {} of stage '{}' read {}, but run {} of stage '{}' did not make that",
                    run.id.short_hex(), run.record.stage, dep.data.id.short_hex(), producer.id.short_hex(),
                    producer.record.stage),
        "dvx repro -f " + run.record.stage);
  }

  // A clean run read its code as the commit has it. What is tracked or made by stages is checked by its own.
  void check_git(const KnownRun& run) {
    const RunRecord& record = run.record;
    if (record.git_commit.empty() || record.git_dirty) return;
    if (!has_commit(record.git_commit)) {
      report_.notes.push_back(fmt::format("commit {} of run {} ({}) is not in this clone",
                                          record.git_commit.substr(0, kShortCommit), run.id.short_hex(),
                                          record.stage));
      return;
    }
    for (const RunDependency& dep : record.deps) {
      if (dep.producer || dep.data.kind == DataKind::Tree) continue;
      if (may_be_of_commit(dep, record.git_commit)) continue;
      add(FindingKind::GitMismatch, dep.path,
          fmt::format("run {} read {}, which commit {} does not have", run.id.short_hex(),
                      dep.data.id.short_hex(), record.git_commit.substr(0, kShortCommit)),
          "dvx repro -f " + record.stage);
    }
  }

  // As the commit has it, or as git writes that into a work tree. What git does not know is not judged here.
  bool may_be_of_commit(const RunDependency& dep, const std::string& commit) {
    const auto text = repository_.git().read_at(commit, dep.path);
    if (!text || ObjectId::of(*text) == dep.data.id) return true;
    const auto checked_out = repository_.git().read_checked_out_at(commit, dep.path);
    return !checked_out || ObjectId::of(*checked_out) == dep.data.id;
  }

  bool has_commit(const std::string& commit) {
    try {
      repository_.git().commit_info(commit);
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  void check_conflicts(const ObjectId& key) {
    if (!keys_.insert(key).second) return;
    for (const RunConflict& conflict : history_.conflicts_of(key)) {
      report_.findings.push_back(
          {FindingKind::NotDeterministic, conflict.stage, conflict.path,
           fmt::format("is not deterministic: run {} made {}, run {} made {}", conflict.first_run.short_hex(),
                       conflict.first_output.short_hex(), conflict.second_run.short_hex(),
                       conflict.second_output.short_hex()),
           "dvx lineage " + conflict.first_run.short_hex()});
    }
  }

  void check_outputs(const Stage& stage, const LockedStage& locked, const KnownRun* run) {
    for (const LockedPath& out : locked.outs) {
      if (is_cached(stage, run, out.path)) check_object(out.path, out.data);
    }
  }

  // As it was when the run was recorded; without the record, as dvx.yaml has it.
  static bool is_cached(const Stage& stage, const KnownRun* run, const std::string& path) {
    if (run != nullptr) {
      for (const RunOutput& out : run->record.outs)
        if (out.path == path) return out.cached;
    }
    return std::none_of(stage.outs.begin(), stage.outs.end(),
                        [&](const StageOutput& out) { return out.path == path && !out.cache; });
  }

  void check_object(const std::string& path, const DataRef& data) {
    const ObjectCheck::Result result = objects_.check(data, progress_);
    report_.objects += result.objects;
    report_.bytes += result.bytes;
    for (const auto& fault : result.faults) {
      const std::string where = join_path(path, fault.path);
      add(fault.missing ? FindingKind::ObjectMissing : FindingKind::ObjectDamaged,
          fault.path.empty() ? path : where,
          fmt::format("object {} {}", fault.id.short_hex(),
                      fault.missing ? "is not in the store" : "is damaged"),
          fault.missing ? "dvx fetch" : "dvx fsck --repair");
    }
  }

  Repository& repository_;
  const LockFile& lock_;
  Progress& progress_;
  RunHistory history_;
  ObjectCheck objects_;
  ChainReport report_;
  std::string stage_;  // that findings are about
  std::set<ObjectId> checked_, told_, keys_;
};

// Pointers that the selected stages read; all of them when nothing was selected.
bool is_needed(const TrackedPath& tracked, const std::vector<const Stage*>& stages, bool all) {
  if (tracked.pointer.empty()) return false;
  if (all) return true;
  return std::any_of(stages.begin(), stages.end(), [&](const Stage* stage) {
    return std::any_of(stage->deps.begin(), stage->deps.end(), [&](const StageDependency& dep) {
      return is_beneath(dep.path, tracked.path) || is_beneath(tracked.path, dep.path);
    });
  });
}

}  // namespace

ChainReport check_chain(Repository& repository, const std::vector<std::string>& targets, Progress& progress) {
  const LockFile lock = load_lock(repository);
  progress.begin("verifying", 0, 0);
  ChainCheck check(repository, lock, progress);
  std::vector<const Stage*> stages;
  std::optional<PipelineSurvey> survey;
  if (!targets.empty() || !find_project_files(repository).pipelines.empty()) {
    survey.emplace(repository, progress);
    const std::vector<std::size_t> selected =
        survey->graph().select(targets, repository.cwd(), Reach::Ancestors);
    survey->look_at(selected);
    check.check_plan(survey->plan(selected, Force::No));
    for (const std::size_t stage : selected) stages.push_back(&survey->stages()[stage]);
    for (const Stage* stage : stages) check.check_stage(*stage);
  }
  for (const TrackedPath& tracked : tracked_paths(repository)) {
    if (is_needed(tracked, stages, targets.empty())) check.check_pointer(tracked);
  }
  progress.end();
  return check.take();
}

}  // namespace dvx
