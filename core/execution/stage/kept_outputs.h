// Keeps the bytes that somebody put where a stage is about to write: when the store does not have them, they
// go into the store first, and the user is told the command that brings them back.
//
// That is for an output that was edited by hand, and for what a run left that failed or was interrupted. A
// file or a directory that was there before the stage ran for the first time is nobody's output, and the
// stage is refused as a checkout would be. An output that git keeps, or nobody, and that is as dvx.lock
// records it, is left out: it was made by a run and can be made again. What is kept is entered into the run
// cache, which garbage collection asks (docs/gc.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/stage_failure.h"
#include "core/pipeline/survey.h"

namespace dvx {

// How bytes are treated that the store does not have.
enum class Unstored {
  Keep,    // put them into the store and say how they come back
  Refuse,  // no run of this stage made them, so they are the user's: the stage fails and leaves them alone
};

// Durable when it returns. A failure, too, when what is there cannot be read: then nothing may be written
// over it. `Refuse` is for outputs that dvx keeps; what git keeps is stored.
std::optional<StageFailure> keep_unstored_outputs(PipelineSurvey& survey, const Stage& stage,
                                                  const std::vector<std::string>& paths, Unstored unstored,
                                                  Progress& progress);

}  // namespace dvx
