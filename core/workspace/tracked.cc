#include "core/workspace/tracked.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/formats/text/merge_conflict.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/project_files.h"
#include "objects/model/inner_path.h"

namespace dvx {

namespace {

TrackedPath in_conflict(const MergeConflict& conflict, const std::string& pointer_path) {
  return {.path = data_path_of(pointer_path),
          .data = std::nullopt,
          .pointer = pointer_path,
          .stage = {},
          .remote = {},
          .schema = {},
          .conflict = merge_conflict_error(conflict, pointer_path)};
}

TrackedPath from_pointer(std::string_view text, const std::string& pointer_path) {
  if (const auto conflict = find_merge_conflict(text)) return in_conflict(*conflict, pointer_path);
  PointerFile pointer = parse_pointer(text, pointer_path);
  std::string path = join_path(parent_path(pointer_path), pointer.path);
  if (const auto reason = refused_path(path)) {
    throw Error(ErrorKind::Config,
                fmt::format("'{}' may not stand for '{}': {}", display_path(pointer_path), display_path(path),
                            *reason),
                {}, pointer_path);
  }
  return {.path = std::move(path),
          .data = pointer.data,
          .pointer = pointer_path,
          .stage = {},
          .remote = std::move(pointer.remote),
          .schema = std::move(pointer.schema)};
}

const DataRef* locked_output(const LockFile& lock, const std::string& stage, const std::string& path) {
  const auto found = lock.stages.find(stage);
  if (found == lock.stages.end()) return nullptr;
  const auto& outs = found->second.outs;
  const auto out = std::ranges::find(outs, path, &LockedPath::path);
  return out == outs.end() ? nullptr : &out->data;
}

void add_outputs(std::vector<TrackedPath>& tracked, const PipelineFile& pipeline, const LockFile& lock) {
  for (const Stage& stage : pipeline.stages) {
    for (const StageOutput& out : stage.outs) {
      TrackedPath path{.path = out.path,
                       .data = std::nullopt,
                       .pointer = {},
                       .stage = stage.name,
                       .cached = out.cache,
                       .push = out.push,
                       .frozen = stage.frozen,
                       .remote = out.remote,
                       .schema = out.schema};
      if (const DataRef* data = locked_output(lock, stage.name, out.path)) path.data = *data;
      tracked.push_back(std::move(path));
    }
  }
}

// Both halves of what is tracked, wherever they were read.
std::vector<TrackedPath> assemble(std::vector<TrackedPath> tracked,
                                  const std::optional<PipelineFile>& pipeline,
                                  const std::optional<std::string>& lock, const std::string& where) {
  if (pipeline) {
    const LockFile locked = lock ? parse_lock(*lock, where + kLockFileName) : LockFile();
    add_outputs(tracked, *pipeline, locked);
  }
  std::ranges::stable_sort(tracked, {}, &TrackedPath::path);
  return tracked;
}

}  // namespace

void refuse_conflict(const TrackedPath& tracked) {
  if (tracked.conflict) throw Error(*tracked.conflict);
}

std::vector<TrackedPath> pointed_paths(Repository& repository, const std::vector<std::string>& pointers) {
  std::vector<TrackedPath> tracked;
  for (const std::string& pointer : pointers) {
    // Between the walk and the reading somebody may have removed it.
    if (const auto text = read_file_if_exists(repository.path(pointer)))
      tracked.push_back(from_pointer(*text, pointer));
  }
  std::ranges::stable_sort(tracked, {}, &TrackedPath::path);
  return tracked;
}

std::vector<TrackedPath> tracked_paths(Repository& repository) {
  const ProjectFiles files = find_project_files(repository);
  return assemble(pointed_paths(repository, files.pointers), workspace_pipeline(repository, files.pipelines),
                  read_file_if_exists(repository.path(kLockFileName)), "");
}

std::vector<TrackedPath> tracked_paths_at(Repository& repository, const std::string& commit) {
  GitRepository& git = repository.git();
  const std::string prefix = path_beneath(repository.root(), git.work_tree()).value_or("");
  const auto is_ours = [&](std::string_view path) {
    return (is_pointer_path(path) || file_name(path) == kPipelineFileName) && is_beneath(path, prefix);
  };
  std::vector<TrackedPath> tracked;
  std::vector<std::string> pipelines;
  for (const GitIndexEntry& entry : git.list_at(commit, is_ours)) {
    if (entry.mode != 0100644 && entry.mode != 0100755) continue;
    std::string path = *path_beneath(entry.path, prefix);
    if (file_name(path) == kPipelineFileName) {
      pipelines.push_back(std::move(path));
    } else {
      tracked.push_back(from_pointer(git.read_blob(entry.blob_id), path));
    }
  }
  return assemble(std::move(tracked), pipeline_at(repository, commit, std::move(pipelines)),
                  git.read_at(commit, join_path(prefix, kLockFileName)), commit.substr(0, 12) + ":");
}

const TrackedPath* tracked_around(const std::vector<TrackedPath>& tracked, const std::string& path) {
  for (std::string candidate = path;; candidate = parent_path(candidate)) {
    const auto found = std::ranges::lower_bound(tracked, candidate, {}, &TrackedPath::path);
    if (found != tracked.end() && found->path == candidate) return &*found;
    if (candidate.empty()) return nullptr;
  }
}

LockFile load_lock(Repository& repository) {
  const auto text = read_file_if_exists(repository.path(kLockFileName));
  return text ? parse_lock(*text, kLockFileName) : LockFile();
}

}  // namespace dvx
