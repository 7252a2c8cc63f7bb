// `dvx cat [rev:]path`: the bytes of a tracked file, or of a file in a tracked directory, as recorded.
#pragma once

#include <string>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "objects/model/object_id.h"

namespace dvx {

struct CatOptions {
  std::string target;  // "[rev:]path" as typed
};

struct CatReport {
  std::string path;      // from the root
  std::string revision;  // as typed; "" is the workspace
  ObjectId id;           // in the store; ObjectStore::read() gives the bytes
  std::uint64_t size = 0;
};

// Finds the file. NotFound when it is not tracked or its object is not in the store, Usage for a directory.
CatReport cat(Repository& repository, const CatOptions& options, Progress& progress);

}  // namespace dvx
