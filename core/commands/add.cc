#include "core/commands/add.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/commands/add_check.h"
#include "core/formats/pointer_file.h"
#include "core/formats/text/merge_conflict.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/files_left_out.h"
#include "core/workspace/gitignore.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"

namespace dvx {

namespace {

class AddRun {
 public:
  AddRun(Repository& repository, const AddOptions& options, Progress& progress)
      : repository_(repository), options_(options), progress_(progress) {}

  AddReport run() {
    const WritingLock lock = repository_.lock_for_writing();
    tell_of_dvcignore(repository_, progress_);
    if (options_.schema) schema_ = existing_schema(*options_.schema);
    if (options_.remote) check_remote(*options_.remote);
    const AddCandidates candidates = check_add(repository_, options_.paths, tracked_paths(repository_));
    std::vector<Snapshot> snapshots =
        take_snapshots(repository_, candidates.paths, {.mode = IngestMode::Store, .on_tree = {}}, progress_);
    for (std::size_t i = 0; i < snapshots.size(); ++i) prepare(candidates.paths[i], snapshots[i]);
    check_prepared();
    record(candidates.unstage);
    return std::move(report_);
  }

 private:
  struct Prepared {
    PointerFile pointer;
    std::string path;
    bool known = false, changed = true;
    std::uint64_t hashed = 0, reused = 0;
  };

  std::string existing_schema(const std::string& typed) const {
    std::string path = repository_.from_user(typed);
    if (!exists(repository_.path(path))) {
      throw Error(ErrorKind::NotFound, fmt::format("there is no schema file '{}'", typed),
                  fmt::format("dvx schema infer DATA > {}", typed), path);
    }
    return path;
  }

  void check_remote(const std::string& name) const {
    const auto remotes = repository_.config().remotes();
    if (!name.empty() && !std::ranges::binary_search(remotes, name)) {
      throw Error(ErrorKind::NotFound, fmt::format("there is no remote '{}'", name), "dvx remote list");
    }
  }

  void prepare(const std::string& path, Snapshot& snapshot) {
    if (!snapshot.failed.empty()) {
      std::ranges::move(snapshot.failed, std::back_inserter(report_.failed));
      return;
    }
    if (!snapshot.data) {
      report_.failed.push_back(
          {path, Error(ErrorKind::NotFound, fmt::format("'{}' vanished", display_path(path)))});
      return;
    }
    Prepared prepared;
    prepared.path = path;
    prepared.hashed = snapshot.hashed_files;
    prepared.reused = snapshot.reused_files;
    const auto old = read_file_if_exists(repository_.path(pointer_path_of(path)));
    if (old) {
      // The data as it is now settles a merge conflict; the rest of the file stays as it was on our side.
      prepared.pointer = parse_pointer(our_side_of(*old), pointer_path_of(path));
      prepared.known = true;
    }
    prepared.pointer.path = file_name(path);
    prepared.pointer.data = *snapshot.data;
    if (options_.desc) prepared.pointer.desc = *options_.desc;
    if (options_.remote) prepared.pointer.remote = *options_.remote;
    if (options_.schema) prepared.pointer.schema = schema_;
    prepared.changed = !old || serialize_pointer(prepared.pointer) != *old;
    prepared_.push_back(std::move(prepared));
  }

  // Data that its schema refuses is not recorded; its bytes stay in the store and do no harm.
  void check_prepared() {
    std::vector<SchemaCheckRequest> requests;
    for (const Prepared& prepared : prepared_) {
      if (prepared.pointer.schema.empty()) continue;
      requests.push_back({prepared.path, prepared.pointer.schema, prepared.pointer.data.id});
    }
    if (requests.empty()) return;
    for (SchemaVerdict& verdict : check_schemas(repository_, requests)) {
      if (!verdict.valid) report_.invalid.push_back(std::move(verdict));
    }
    std::erase_if(prepared_, [&](const Prepared& prepared) {
      return std::ranges::any_of(report_.invalid, [&](const SchemaVerdict& verdict) {
        return is_beneath(verdict.path, prepared.path);
      });
    });
  }

  void record(const std::vector<std::string>& staged_data) {
    throw_if_interrupted();
    std::vector<std::string> unstage, stage;
    for (const Prepared& prepared : prepared_) {
      const std::string pointer = pointer_path_of(prepared.path);
      if (prepared.changed) {
        write_work_tree_file(repository_, pointer, serialize_pointer(prepared.pointer));
      }
      if (std::ranges::find(staged_data, prepared.path) != staged_data.end())
        unstage.push_back(prepared.path);
      ignore_in_git(repository_, prepared.path);
      stage.push_back(pointer);
      stage.push_back(join_path(parent_path(prepared.path), ".gitignore"));
      report_.added.push_back({prepared.path, pointer, prepared.pointer.data,
                               !prepared.known    ? AddResult::Added
                               : prepared.changed ? AddResult::Updated
                                                  : AddResult::Unchanged,
                               prepared.hashed, prepared.reused});
    }
    std::vector<std::string> meant;
    for (const Prepared& prepared : prepared_) meant.push_back(prepared.path);
    UnfinishedCheckouts(repository_).end(meant);
    if (!unstage.empty()) repository_.git().unstage(unstage);
    if (!stage.empty()) repository_.git().stage(stage);
  }

  Repository& repository_;
  const AddOptions& options_;
  Progress& progress_;
  std::string schema_;
  std::vector<Prepared> prepared_;
  AddReport report_;
};

}  // namespace

AddReport add(Repository& repository, const AddOptions& options, Progress& progress) {
  return AddRun(repository, options, progress).run();
}

}  // namespace dvx
