// The pipeline of one state of a repository: all of its dvx.yaml files, read as one. Variables are read from
// the same state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"
#include "core/repo/repository.h"

namespace dvx {

// `files` are paths from the root, in the order in which their stages are to stand. A file that `read` does
// not find has no stages. Errors of parse_pipeline().
PipelineFile read_pipelines(const std::vector<std::string>& files, const PipelineReading& reading);

// How the texts of the work tree are read.
PipelineReading workspace_reading(Repository& repository);

// nullopt: there is no dvx.yaml. `files` are those that a walk of the work tree has found already.
std::optional<PipelineFile> workspace_pipeline(Repository& repository);
std::optional<PipelineFile> workspace_pipeline(Repository& repository, const std::vector<std::string>& files);
// `files` are all those that the commit has.
std::optional<PipelineFile> pipeline_at(Repository& repository, const std::string& commit);
std::optional<PipelineFile> pipeline_at(Repository& repository, const std::string& commit,
                                        std::vector<std::string> files);
std::optional<PipelineFile> pipeline_in_index(Repository& repository);

}  // namespace dvx
