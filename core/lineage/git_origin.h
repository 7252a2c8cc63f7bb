// Where data that no run made comes from: the git commit that first recorded exactly this content, in a
// pointer file or as a file of git's own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/formats/data_ref.h"
#include "core/repo/repository.h"

namespace dvx {

enum class OriginKind {
  Run,      // a recorded run made it
  Parts,    // a directory, all of whose files come from runs, pointers or git
  Pointer,  // tracked by a pointer file
  Git,      // git keeps the bytes
  Unknown,  // none of these: it was never recorded
};

struct Origin {
  OriginKind kind = OriginKind::Unknown;
  std::string pointer = {};                  // path of the pointer file, for OriginKind::Pointer
  std::optional<GitCommitInfo> commit = {};  // nullopt: recorded in the work tree, not committed yet
};

struct OriginQuery {
  std::string path;
  DataRef data;
};

// One walk over the history of HEAD for all queries; the i-th origin belongs to the i-th query. Of several
// commits with the content the oldest of the latest unbroken stretch is given.
std::vector<Origin> find_origins(Repository& repository, const std::vector<OriginQuery>& queries);

// What git has at `path` in a commit, a file or a directory, hashed as dvx would. nullopt when there is
// nothing.
std::optional<DataRef> data_in_commit(const GitRepository& git, const std::string& commit,
                                      const std::string& path);

}  // namespace dvx
