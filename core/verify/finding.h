// What verification found: one thing that does not hold, with the stage and path it is about.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dvx {

enum class FindingKind {
  NeverRun,          // a stage without an entry in dvx.lock
  Stale,             // dvx.yaml, code, data or params are not what the stage last ran with
  RecordMissing,     // a run record is not in the store
  RecordDamaged,     // a run record does not parse or hash to its name
  RecordMismatch,    // dvx.lock and the record, or the record and its own key, disagree
  ProducerMismatch,  // an input is not what the run that is said to have made it made
  InvalidSchema,     // the record itself says that data broke its schema
  ObjectMissing,     // recorded data is not in the store
  ObjectDamaged,     // and this is there, but its bytes are not what its id says
  WorkspaceDiffers,  // the workspace does not hold what is recorded
  GitMismatch,       // the git commit of a clean run does not have the input that the run read
  NotDeterministic,  // two runs of one key made different outputs
  RebuildFailed,     // the command failed in a clean copy
  RebuildDiffers,    // the clean copy gave other bytes
};

// Stable name in JSON: "never-run", "stale", …
std::string_view finding_name(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::Stale;
  std::string stage;  // or ""
  std::string path;   // from the root, or ""
  std::string message;
  std::string hint;  // a command to paste, or ""
};

}  // namespace dvx
