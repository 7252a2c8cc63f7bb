// The pipeline of the work tree, parsed anew only when a text that it was read from has changed.
//
// `.dvx/pipeline.cache` goes by content, not by times: all texts are read and hashed, which costs a hundredth
// of parsing them (docs/adr/0008-a-pipeline-parsed-once.md).
#pragma once

#include <string>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"
#include "core/repo/repository.h"

namespace dvx {

// As read_pipelines(). A cache that is absent, damaged or cannot be written costs nothing but time.
PipelineFile read_pipelines_once(Repository& repository, const std::vector<std::string>& files,
                                 const PipelineReading& reading);

}  // namespace dvx
