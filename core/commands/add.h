// `dvx add`: stores files and directories, writes their pointer files, keeps the data out of git and stages
// both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/schema/schema.h"
#include "core/workspace/snapshot.h"

namespace dvx {

struct AddOptions {
  std::vector<std::string> paths;                   // as typed
  std::optional<std::string> desc, schema, remote;  // nullopt leaves what the pointer file says
};

enum class AddResult { Added, Updated, Unchanged };

struct AddedPath {
  std::string path, pointer;  // from the root
  DataRef data;
  AddResult result = AddResult::Added;
  std::uint64_t hashed_files = 0, reused_files = 0;
};

struct AddReport {
  std::vector<AddedPath> added;        // in the order asked for
  std::vector<FailedPath> failed;      // files; nothing is recorded for the path they belong to
  std::vector<SchemaVerdict> invalid;  // verdicts that kept a path from being recorded
};

// Before anything is read, refuses (Usage, NotFound, Blocked) paths that cannot be tracked.
AddReport add(Repository& repository, const AddOptions& options, Progress& progress);

}  // namespace dvx
