// `dvx commit`: records what changed in tracked data, checks schemas, and makes the git commit.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/schema/schema.h"
#include "core/workspace/snapshot.h"

namespace dvx {

enum class GitScope { Staged, AllTracked };  // AllTracked is `git commit -a`
// Where what git prints goes: ErrorStream keeps stdout for JSON, Quiet is `git commit -q`.
enum class GitOutput { Terminal, ErrorStream, Quiet };

struct CommitOptions {
  std::optional<std::string> message;  // without one, it stops before the git commit
  GitScope scope = GitScope::Staged;
  GitOutput output = GitOutput::Terminal;
};

struct RecordedChange {
  std::string path;               // of the data, from the root
  std::optional<DataRef> before;  // nullopt: it is recorded for the first time
  DataRef after;
};

struct CommitReport {
  std::vector<RecordedChange> recorded;
  std::vector<std::string> partial;  // left as they were recorded, as their checkout was cut short
  // Any of these stops it, before any pointer is rewritten:
  std::vector<SchemaVerdict> invalid;
  std::vector<std::string> changed_outputs;  // of stages, that are not what the lock records
  std::vector<FailedPath> failed;
  std::optional<int> git_status;     // of `git commit`, when it was run
  std::optional<Error> git_refusal;  // when that status is none that dvx can end with

  bool stopped() const { return !invalid.empty() || !changed_outputs.empty() || !failed.empty(); }
};

CommitReport commit(Repository& repository, const CommitOptions& options, Progress& progress);

}  // namespace dvx
