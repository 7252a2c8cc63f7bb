// Proof by doing: stages run again in a clean copy, with the recorded inputs and without the run cache, and
// what they make is compared byte for byte with what is recorded.
//
// A stage whose output differs does not spoil those after it: they get the recorded output. Nothing is
// written to the store, the lock file or the workspace.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/execution/stage/command_runner.h"
#include "core/repo/repository.h"
#include "core/verify/data_difference.h"
#include "core/verify/finding.h"

namespace dvx {

enum class RebuildOutcome {
  Identical,
  Different,
  Failed,   // the command failed, or an output was not made
  Skipped,  // frozen, or without a record that holds
};
std::string_view rebuild_outcome_name(RebuildOutcome outcome);  // in JSON

struct RebuiltStage {
  std::string stage;
  RebuildOutcome outcome = RebuildOutcome::Skipped;
  double seconds = 0;
  std::uint64_t outputs = 0, bytes = 0;     // compared
  std::vector<DataDifference> differences;  // paths from the root
};

struct RebuildReport {
  std::vector<RebuiltStage> stages;  // in the order in which they could run
  std::vector<Finding> findings;
  std::vector<std::string> notes;
};

struct RebuildOptions {
  std::vector<std::string> targets;  // stages to rebuild; all when empty
  std::string keep;                  // absolute directory that gets what came out different, or ""
};

RebuildReport rebuild(Repository& repository, const RebuildOptions& options, CommandRunner& runner,
                      Progress& progress);

}  // namespace dvx
