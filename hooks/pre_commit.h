// The verdict on a git commit that is about to be made, from git's index: data must not slip into git, and
// what is tracked must be recorded and stored (docs/hooks.md). Reads only; costs what is staged and a look at
// tracked data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

enum class PreCommitFindingKind {
  UnversionedData,    // a staged file that looks like data
  InsideTrackedData,  // a staged file below a path that dvx tracks
  UnrecordedChange,   // tracked data that is not what its pointer says
  MissingObjects,     // a staged pointer whose bytes are not in the store
};
std::string_view pre_commit_finding_name(PreCommitFindingKind kind);  // "unversioned-data", …

struct PreCommitFinding {
  PreCommitFindingKind kind = PreCommitFindingKind::UnversionedData;
  std::string path;        // from the root
  std::string message;     // "'data/x.csv' is data that dvx does not track"
  std::string hint;        // the command, run at the root, that puts it right
  std::uint64_t size = 0;  // of unversioned data
};

struct PreCommitVerdict {
  std::vector<PreCommitFinding> findings;  // sorted by path
  std::vector<std::string> warnings;       // what could not be judged
};

PreCommitVerdict check_pre_commit(Repository& repository, Progress& progress);

}  // namespace dvx
