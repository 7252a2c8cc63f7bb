// What somebody put where a stage is about to write: it goes into the store first when the store does not
// have it, and is told with the command that brings it back.
//
// That is for a file or a directory that was there before the stage ran for the first time, for an output
// that was edited by hand, and for what a run left that failed or was interrupted. An output that git keeps,
// or nobody, and that is as dvx.lock records it, is left out: it was made by a run and can be made again.
// What is kept is entered into the run cache, which garbage collection asks (docs/gc.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"

namespace dvx {

// Durable when it returns. A failure when what is there cannot be read: then nothing may be written over it.
std::optional<StageFailure> keep_unstored_outputs(PipelineSurvey& survey, const Stage& stage,
                                                  const std::vector<std::string>& paths, Progress& progress);

}  // namespace dvx
