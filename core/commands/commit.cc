#include "core/commands/commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/execution/stage/recorded_outputs.h"
#include "core/formats/lock_file.h"
#include "core/formats/pointer_file.h"
#include "core/index/workspace_index.h"
#include "core/repo/work_tree_file.h"
#include "core/runs/run_cache.h"
#include "core/workspace/barrier.h"
#include "core/workspace/gitignore.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"

namespace dvx {

namespace {

struct PointedData {
  TrackedPath tracked;
  Snapshot snapshot;
};

std::vector<Snapshot> snapshots_of(Repository& repository, const std::vector<TrackedPath>& tracked,
                                   IngestMode mode, Progress& progress) {
  std::vector<std::string> paths;
  for (const TrackedPath& each : tracked) paths.push_back(each.path);
  return take_snapshots(repository, paths, {.mode = mode, .on_tree = {}}, progress);
}

std::vector<TrackedPath> select(const std::vector<TrackedPath>& tracked, bool (*wanted)(const TrackedPath&)) {
  std::vector<TrackedPath> selected;
  std::ranges::copy_if(tracked, std::back_inserter(selected), wanted);
  return selected;
}

// Outputs are made by stages: recording a change that no run made would leave a lock that lies. Those of
// frozen stages are recorded as what they are: found, and not made.
void find_changed_outputs(Repository& repository, const std::vector<TrackedPath>& tracked, Progress& progress,
                          CommitReport& report) {
  const auto outputs = select(
      tracked, [](const TrackedPath& t) { return t.pointer.empty() && t.data.has_value() && !t.frozen; });
  const auto snapshots = snapshots_of(repository, outputs, IngestMode::HashOnly, progress);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::ranges::copy(snapshots[i].failed, std::back_inserter(report.failed));
    if (snapshots[i].data && *snapshots[i].data != *outputs[i].data)
      report.changed_outputs.push_back(outputs[i].path);
  }
}

// What is there in part is so until a checkout is done, unless somebody has brought the rest.
void leave_out_partial(Repository& repository, std::vector<TrackedPath>& pointed, Progress& progress,
                       CommitReport& report) {
  UnfinishedCheckouts unfinished(repository);
  if (unfinished.empty()) return;
  std::vector<TrackedPath> concerned;
  std::ranges::copy_if(pointed, std::back_inserter(concerned),
                       [&](const TrackedPath& each) { return unfinished.concern(each.path); });
  const auto snapshots = snapshots_of(repository, concerned, IngestMode::HashOnly, progress);
  std::vector<std::string> whole;
  for (std::size_t i = 0; i < concerned.size(); ++i) {
    if (!snapshots[i].data) continue;  // nothing of it
    const bool is_whole = *snapshots[i].data == *concerned[i].data;
    (is_whole ? whole : report.partial).push_back(concerned[i].path);
  }
  unfinished.end(whole);
  std::erase_if(pointed, [&](const TrackedPath& each) {
    return std::ranges::find(report.partial, each.path) != report.partial.end();
  });
}

// A version that nobody made is not recorded unasked.
void refuse_damaged(Repository& repository, const TrackedPath& tracked, const Snapshot& snapshot,
                    CommitReport& report) {
  if (!snapshot.data || *snapshot.data == *tracked.data) return;
  for (const std::string& path : snapshot.damaged) {
    const std::string typed = repository.to_user(path);
    report.failed.push_back(
        {path, Error(ErrorKind::Blocked,
                     fmt::format("'{}' lost its bytes when the machine stopped, as at a power cut",
                                 display_path(typed)),
                     fmt::format("dvx checkout --force {0}   (or dvx add {1}, to record what is there)",
                                 paste_quote(typed), paste_quote(repository.to_user(tracked.path))),
                     path)});
  }
}

// What is not in the workspace was never checked out, and stays recorded as it is.
std::vector<PointedData> store_pointed_data(Repository& repository, const std::vector<TrackedPath>& tracked,
                                            Progress& progress, CommitReport& report) {
  auto pointed = select(tracked, [](const TrackedPath& t) { return !t.pointer.empty(); });
  leave_out_partial(repository, pointed, progress, report);
  auto snapshots = snapshots_of(repository, pointed, IngestMode::Store, progress);
  std::vector<PointedData> present;
  for (std::size_t i = 0; i < pointed.size(); ++i) {
    std::ranges::copy(snapshots[i].failed, std::back_inserter(report.failed));
    refuse_damaged(repository, pointed[i], snapshots[i], report);
    if (snapshots[i].data) present.push_back({std::move(pointed[i]), std::move(snapshots[i])});
  }
  return present;
}

void check_bound_schemas(Repository& repository, const std::vector<PointedData>& present,
                         CommitReport& report) {
  std::vector<SchemaCheckRequest> requests;
  for (const PointedData& each : present) {
    if (each.tracked.schema.empty()) continue;
    requests.push_back(
        {.path = each.tracked.path, .schema = each.tracked.schema, .id = each.snapshot.data->id});
  }
  if (requests.empty()) return;
  for (SchemaVerdict& verdict : check_schemas(repository, requests)) {
    if (!verdict.valid) report.invalid.push_back(std::move(verdict));
  }
}

void rewrite_pointers(Repository& repository, const std::vector<PointedData>& present, CommitReport& report) {
  for (const auto& [tracked, snapshot] : present) {
    if (*snapshot.data == *tracked.data) continue;
    const std::string file = repository.path(tracked.pointer);
    PointerFile pointer = parse_pointer(read_file(file), tracked.pointer);
    pointer.data = *snapshot.data;
    write_work_tree_file(repository, tracked.pointer, serialize_pointer(pointer));
    report.recorded.push_back({tracked.path, *tracked.data, *snapshot.data});
  }
}

// A stage whose frozen outputs are not as the lock has them.
struct FoundStage {
  const Stage* stage = nullptr;
  std::vector<FoundOutput> found;
};

std::vector<FoundStage> find_unrecorded(Repository& repository, const std::vector<Stage>& stages,
                                        const LockFile& lock, Progress& progress) {
  std::vector<FoundStage> unrecorded;
  for (const Stage& stage : stages) {
    if (!stage.frozen || stage.outs.empty()) continue;
    const auto locked = lock.stages.find(stage.name);
    auto found = unrecorded_outputs(repository, stage,
                                    locked == lock.stages.end() ? nullptr : &locked->second, progress);
    if (!found.empty()) unrecorded.push_back({&stage, std::move(found)});
  }
  return unrecorded;
}

void check_found_schemas(Repository& repository, const std::vector<FoundStage>& unrecorded,
                         CommitReport& report) {
  std::vector<SchemaCheckRequest> requests;
  for (const FoundStage& each : unrecorded) {
    for (const StageOutput& out : each.stage->outs) {
      const bool is_found = std::ranges::find(each.found, out.path, &FoundOutput::path) != each.found.end();
      if (is_found && !out.schema.empty())
        requests.push_back({.path = out.path, .schema = out.schema, .id = std::nullopt});
    }
  }
  if (requests.empty()) return;
  for (SchemaVerdict& verdict : check_schemas(repository, requests)) {
    if (!verdict.valid) report.invalid.push_back(std::move(verdict));
  }
}

std::optional<DataRef> recorded_output(const LockFile& lock, const std::string& stage,
                                       const std::string& path) {
  const auto entry = lock.stages.find(stage);
  if (entry == lock.stages.end()) return std::nullopt;
  const auto out = std::ranges::find(entry->second.outs, path, &LockedPath::path);
  return out == entry->second.outs.end() ? std::nullopt : std::optional(out->data);
}

// Objects, then the run cache, then the lock: as after a run.
void record_found(Repository& repository, const std::vector<FoundStage>& unrecorded, LockFile lock,
                  Progress& progress, CommitReport& report) {
  if (unrecorded.empty()) return;
  const auto held = repository.store().hold();
  const auto ingest = repository.store().begin_ingest(
      {.mode = IngestMode::Store, .threads = repository.jobs(), .progress = &progress});
  std::vector<RunCacheEntry> runs;
  std::vector<std::string> ignored;
  for (const FoundStage& each : unrecorded) {
    auto recorded = record_outputs(repository, each.stage->name, each.found, *ingest, progress);
    if (const auto* failure = std::get_if<StageFailure>(&recorded)) {
      report.failed.push_back(
          {each.found.front().path, Error(ErrorKind::Partial, failure->message, failure->hint)});
      continue;
    }
    auto& entry = std::get<LockedStage>(recorded);
    for (const LockedPath& out : entry.outs) {
      const auto before = recorded_output(lock, each.stage->name, out.path);
      if (before != out.data) report.recorded.push_back({out.path, before, out.data});
    }
    for (const FoundOutput& found : each.found) {
      if (found.cached && !repository.git().is_tracked(found.path)) ignored.push_back(found.path);
    }
    runs.push_back({entry.key, entry.run});
    lock.stages[each.stage->name] = std::move(entry);
  }
  if (runs.empty()) return;
  ingest->finish();
  RunCache(repository.store()).add(runs);
  ignore_in_git(repository, ignored);
  write_work_tree_file(repository, kLockFileName, serialize_lock(lock));
}

// All that dvx itself writes for git to keep: pointers, the pipeline and its lock, .gitignore files beside
// tracked data, and outputs that git keeps.
void stage_in_git(Repository& repository, const std::vector<TrackedPath>& tracked) {
  std::vector<std::string> paths = find_project_files(repository).pipelines;
  paths.emplace_back(kLockFileName);
  for (const TrackedPath& each : tracked) {
    if (barrier_above_indexed(repository, each.path)) continue;  // git refuses what lies there
    if (!each.pointer.empty()) paths.push_back(each.pointer);
    if (!each.cached && (each.data || (each.frozen && exists(repository.path(each.path)))))
      paths.push_back(each.path);
    const std::string ignore_file = join_path(parent_path(each.path), ".gitignore");
    if (each.cached && exists(repository.path(ignore_file))) paths.push_back(ignore_file);
  }
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  repository.git().stage(paths);
}

GitEnd make_git_commit(Repository& repository, const CommitOptions& options) {
  std::vector<std::string> arguments = {"commit", "-m", *options.message};
  if (options.scope == GitScope::AllTracked) arguments.emplace_back("-a");
  if (options.output == GitOutput::Quiet) arguments.emplace_back("-q");
  return options.output == GitOutput::ErrorStream ? repository.git().run_on_stderr(arguments)
                                                  : repository.git().run(arguments);
}

}  // namespace

CommitReport commit(Repository& repository, const CommitOptions& options, Progress& progress) {
  CommitReport report;
  {
    const WritingLock lock = repository.lock_for_writing();
    const std::vector<TrackedPath> tracked = tracked_paths(repository);
    std::ranges::for_each(tracked, refuse_conflict);
    find_changed_outputs(repository, tracked, progress, report);
    if (report.stopped()) return report;
    const std::vector<PointedData> present = store_pointed_data(repository, tracked, progress, report);
    if (report.stopped()) return report;
    check_bound_schemas(repository, present, report);
    const auto pipeline = workspace_pipeline(repository);
    const LockFile locked = load_lock(repository);
    const auto unrecorded = pipeline ? find_unrecorded(repository, pipeline->stages, locked, progress)
                                     : std::vector<FoundStage>{};
    check_found_schemas(repository, unrecorded, report);
    if (report.stopped()) return report;
    record_found(repository, unrecorded, locked, progress, report);
    if (report.stopped()) return report;
    rewrite_pointers(repository, present, report);
    stage_in_git(repository, tracked);
  }
  // Without the lock: git runs hooks, and hooks may run dvx.
  if (options.message) {
    GitEnd end = make_git_commit(repository, options);
    report.git_status = end.exit_status;
    report.git_refusal = std::move(end.refusal);
  }
  // After a commit of git its files were just synced, and what is beside them costs little more.
  if (report.git_status == 0) repository.index().make_durable();
  return report;
}

}  // namespace dvx
