// The pipeline of a repository: its dvx.yaml.
#pragma once

#include "core/metafile/pipeline_file.h"
#include "core/repo/repository.h"

namespace dvx {

// NotFound, with the command that starts one, when there is no dvx.yaml at the root. Config as parse_pipeline().
PipelineFile load_pipeline(const Repository& repository);

}  // namespace dvx
