// `dvx rm`: stops tracking data. The data stays in the workspace unless asked otherwise, the objects stay in
// the store, and git history keeps the pointer.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/workspace/checkout.h"

namespace dvx {

enum class WorkspaceData { Keep, Remove };

struct RmOptions {
  std::vector<std::string> paths;  // as typed: tracked data, or its pointer file
  WorkspaceData data = WorkspaceData::Keep;
  Overwrite overwrite = Overwrite::StoredOnly;  // Everything also removes data that is not in the store
};

struct RemovedPath {
  std::string path;  // of the data, from the root
  DataRef data;      // as it was recorded
  bool data_removed = false;
};

struct RmReport {
  std::vector<RemovedPath> removed;
};

// NotFound for what is not tracked, Blocked for an output of a stage and for data that would be lost: then
// nothing at all was changed.
RmReport rm(Repository& repository, const RmOptions& options, Progress& progress);

}  // namespace dvx
