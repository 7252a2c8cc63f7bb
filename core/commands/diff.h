// `dvx diff [a [b]] [paths]`: what differs in tracked data, file by file, and in parameters and metrics.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/commands/value_diff.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/tree_diff.h"

namespace dvx {

struct DiffOptions {
  // Up to two revisions ("a b", "a..b"), then paths. Without any: HEAD and the workspace; one: that and the
  // workspace.
  std::vector<std::string> arguments;
};

struct DataChange {
  std::string path;                      // tracked data, from the root
  std::string stage;                     // that makes it, or ""
  std::optional<DataRef> before, after;  // at least one; they differ
  std::vector<FileChange> files;         // one for a file, those inside for a directory
  bool files_unknown = false;            // a directory whose contents are not in the store

  ChangeKind kind() const;
};

struct DiffReport {
  std::string before, after;     // the revisions as typed; "" is the workspace
  std::vector<DataChange> data;  // sorted by path
  ValueDiff values;
  std::vector<FailedPath> failed;  // could not be read in the workspace

  bool differs() const { return !data.empty() || values.differs(); }
};

DiffReport diff(Repository& repository, const DiffOptions& options, Progress& progress);

// What differs between two revisions below any of `paths` (from the root; none is everything).
DiffReport diff_revisions(Repository& repository, const Revision& before, const Revision& after,
                          const std::vector<std::string>& paths, Progress& progress);

}  // namespace dvx
