// Checks a git commit that is about to be made, using git's index: data must not get into git, and tracked
// data must be recorded and stored (docs/hooks.md). It only reads. The cost grows with what is staged, plus a
// check of the tracked data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

enum class PreCommitFindingKind {
  // A staged file looks like data.
  UnversionedData,
  // A staged file lies below a path that dvx tracks.
  InsideTrackedData,
  // Tracked data differs from its pointer.
  UnrecordedChange,
  // The bytes of a staged pointer are not in the store.
  MissingObjects,
};
std::string_view pre_commit_finding_name(PreCommitFindingKind kind);  // "unversioned-data", …

struct PreCommitFinding {
  PreCommitFindingKind kind = PreCommitFindingKind::UnversionedData;
  std::string path;        // relative to the root
  std::string message;     // for example "'data/x.csv' is data that dvx does not track"
  std::string hint;        // a command, run at the root, that corrects it
  std::uint64_t size = 0;  // of unversioned data, in bytes
};

struct PreCommitVerdict {
  std::vector<PreCommitFinding> findings;  // sorted by path
  std::vector<std::string> warnings;       // what could not be checked
};

PreCommitVerdict check_pre_commit(Repository& repository, Progress& progress);

}  // namespace dvx
