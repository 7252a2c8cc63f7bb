// `dvx ls [[rev:]path]`: what is tracked, and what is inside of it, as recorded; the data itself need not be
// here.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"
#include "objects/model/tree.h"

namespace dvx {

enum class Recursion { Children, All };

struct LsOptions {
  std::string target;  // "[rev:]path" as typed; "" is everything that is tracked
  Recursion recursion = Recursion::Children;
};

struct LsEntry {
  std::string path;  // from the root
  EntryKind kind = EntryKind::File;
  std::uint64_t size = 0, files = 0;
  // nullopt: a stage's output that was never made; without a stage, its pointer file has a merge conflict.
  std::optional<ObjectId> id;
  std::string stage;  // that makes it, for a tracked path
};

struct LsReport {
  std::string revision;          // as typed; "" is the workspace
  std::vector<LsEntry> entries;  // sorted by path
};

LsReport ls(Repository& repository, const LsOptions& options, Progress& progress);

}  // namespace dvx
