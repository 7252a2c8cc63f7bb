// `dvx status`: what differs between the workspace and what is recorded, file by file, and which stages are
// stale.
//
// Takes no lock and writes nothing but stat fingerprints.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/state.h"
#include "core/repo/repository.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/tree_diff.h"

namespace dvx {

enum class DataState {
  Unchanged,
  Modified,
  Partial,     // as its checkout was cut short
  Missing,     // recorded, but not in the workspace
  Unreadable,  // see `failed`
  Conflicted,  // what is recorded has a merge conflict: see `failed`
};
std::string_view state_name(DataState state);

struct DataStatus {
  std::string path;  // from the root
  DataState state = DataState::Unchanged;
  bool stored = true;    // what is recorded is in the store (looked at closely only when it is missing)
  bool compared = true;  // false: the recorded trees are not here, so `changes` is empty
  std::vector<FileChange> changes;   // sorted by path
  std::vector<std::string> damaged;  // of the modified ones, what lost its bytes at a power cut; sorted
  std::vector<FailedPath> failed;

  std::uint64_t count(ChangeKind kind) const;
};

struct StatusReport {
  std::vector<DataStatus> data;    // tracked by pointer files, sorted by path
  std::vector<StageState> stages;  // in order of running; empty without a dvx.yaml

  bool clean() const;  // nothing differs, is missing or stale
};

struct StatusOptions {
  std::vector<std::string> paths;  // as typed: only data at, below or around them; none is everything
};

StatusReport status(Repository& repository, const StatusOptions& options, Progress& progress);

}  // namespace dvx
