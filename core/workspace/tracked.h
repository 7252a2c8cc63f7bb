// What is tracked: data behind pointer files, and outputs of stages as the lock file has them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "core/formats/lock_file.h"
#include "core/formats/pointer_file.h"
#include "core/repo/repository.h"

namespace dvx {

struct TrackedPath {
  std::string path;             // data, from the root
  std::optional<DataRef> data;  // as recorded; nullopt: a stage output that was never made, or a conflict
  std::string pointer;          // path of the pointer file, or "" for a stage output
  std::string stage;            // name, or "" for a pointer
  bool cached = true;           // false: git keeps the bytes
  bool push = true;
  bool frozen = false;  // an output of a frozen stage: recorded as it is found
  std::string remote, schema;
  std::optional<Error> conflict = {};  // the pointer file has a merge conflict: `data` is not known
};

// Throws the conflict of `tracked`, if it has one: for whoever needs to know what is recorded.
void refuse_conflict(const TrackedPath& tracked);

// Sorted by path. Pointer files are found by walking the work tree (ignored directories are not entered).
std::vector<TrackedPath> tracked_paths(Repository& repository);
// The part of it that these pointer files name.
std::vector<TrackedPath> pointed_paths(Repository& repository, const std::vector<std::string>& pointers);
// All of it as of a commit (pointer files, dvx.yaml and dvx.lock read from git).
std::vector<TrackedPath> tracked_paths_at(Repository& repository, const std::string& commit);
// The tracked path that is, or contains, `path`.
const TrackedPath* tracked_around(const std::vector<TrackedPath>& tracked, const std::string& path);

LockFile load_lock(Repository& repository);  // empty when there is no dvx.lock
constexpr const char* kLockFileName = "dvx.lock";
constexpr const char* kPipelineFileName = "dvx.yaml";

}  // namespace dvx
