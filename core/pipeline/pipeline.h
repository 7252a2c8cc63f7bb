// The pipeline of a repository: its dvx.yaml, and the graph of its stages.
#pragma once

#include <string>
#include <vector>

#include "core/metafile/pipeline_file.h"
#include "core/pipeline/graph.h"
#include "core/repo/repository.h"

namespace dvx {

// NotFound, with the command that starts one, when there is no dvx.yaml at the root. Config as
// parse_pipeline().
PipelineFile load_pipeline(const Repository& repository);

// Data tracked by pointer files, by path from the root, sorted.
std::vector<std::string> pointer_targets(const Repository& repository);

// The stages of dvx.yaml connected. Errors of load_pipeline() and StageGraph.
StageGraph load_stage_graph(const Repository& repository);

}  // namespace dvx
