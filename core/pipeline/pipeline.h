// The pipeline of a repository: its dvx.yaml files, and the graph of their stages.
#pragma once

#include <string>
#include <vector>

#include "core/code/imported_code.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/graph.h"
#include "core/repo/repository.h"
#include "core/workspace/project_files.h"

namespace dvx {

struct LoadedPipeline {
  PipelineFile pipeline;
  std::vector<std::string> tracked_data;  // by pointer files; paths from the root, sorted
};

// NotFound, with the command that starts one, when there is no dvx.yaml. Config as parse_pipeline(). One walk
// of the work tree.
LoadedPipeline load_pipeline(Repository& repository);

// The same with the files that a walk has found.
LoadedPipeline load_pipeline(Repository& repository, const ProjectFiles& files);

// Data that pointer files stand for, by path from the root, sorted.
std::vector<std::string> pointer_targets(const ProjectFiles& files);

// The stages connected, by what they import too. Errors of load_pipeline() and StageGraph.
StageGraph load_stage_graph(Repository& repository, const ProjectFiles& files, ImportedCode& code);

}  // namespace dvx
