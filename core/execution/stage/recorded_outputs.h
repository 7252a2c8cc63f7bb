// Outputs that are recorded as they were found, and that no command made: those of frozen stages, and what
// lay where a stage was about to write.
//
// They get a run record like those of a run, so that lock, lineage, push and garbage collection treat them as
// they treat all outputs; it says that nothing was run (kNoExecutor, no commands, no dependencies). Its key
// holds what was found, so it is never the key of a run.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/progress.h"
#include "core/formats/lock_file.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/stage_failure.h"
#include "core/repo/repository.h"
#include "objects/store/ingest.h"

namespace dvx {

// Reads what is there at each of the paths, puts it into `into` unless that is null, and appends it to
// `outs`. A failure names the path that cannot be read or that is gone.
std::optional<StageFailure> read_outputs(Repository& repository, const std::vector<std::string>& paths,
                                         Ingest* into, std::vector<LockedPath>& outs, Progress& progress);

struct FoundOutput {
  std::string path;
  bool cached = true;  // as the record says: dvx keeps the bytes, not git
  bool stored = true;  // the bytes go into the store
};

// An output of a stage as its declaration has it: git keeps metrics, but of the commit alone.
FoundOutput found_output(const StageOutput& out);

// Reads what is there at each of the paths and puts it, with the record, into `into`, whose finish() makes it
// durable. The entry is what dvx.lock would say of the stage. A failure names the path that cannot be read.
std::variant<LockedStage, StageFailure> record_outputs(Repository& repository, const std::string& stage,
                                                       const std::vector<FoundOutput>& found, Ingest& into,
                                                       Progress& progress);

// Those of these outputs of a frozen stage that are there, when the lock has them not or otherwise; else
// none.
std::vector<FoundOutput> unrecorded_outputs(Repository& repository, const Stage& stage,
                                            const LockedStage* locked, Progress& progress);

}  // namespace dvx
