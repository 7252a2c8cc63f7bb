// Where a stage works and writes: its working directory and the places of its outputs.
//
// dvx makes room there, moves outputs there and removes old ones, and the command writes there. A link on the
// way would lead all of that elsewhere, so a stage with one does not run.
#pragma once

#include <optional>

#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/stage_failure.h"
#include "core/repo/repository.h"

namespace dvx {

// The failure of a stage whose wdir, or the directory of an output, is reached through a symbolic link, or
// whose persisting output is one. nullopt when there is none. Other outputs may be links: they are removed
// before the command runs.
std::optional<StageFailure> refuse_linked_places(const Repository& repository, const Stage& stage);

}  // namespace dvx
