#include "core/pipeline/pipeline.h"

#include <algorithm>

#include "base/error.h"
#include "core/workspace/files_left_out.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

PipelineFile load_from(Repository& repository, const ProjectFiles& files) {
  auto pipeline = workspace_pipeline(repository, files.pipelines);
  if (!pipeline && !files.passed_over.empty()) throw only_left_out(files);
  if (!pipeline) {
    throw Error(ErrorKind::NotFound, "there is no pipeline: 'dvx.yaml' does not exist",
                "dvx stage add -n prepare -d data/raw -o data/prepared 'python3 prepare.py'",
                kPipelineFileName);
  }
  return *std::move(pipeline);
}

}  // namespace

// A pointer file lies beside its data and bears its name.
std::vector<std::string> pointer_targets(const ProjectFiles& files) {
  std::vector<std::string> targets;
  for (const std::string& pointer : files.pointers) targets.push_back(data_path_of(pointer));
  std::ranges::sort(targets);
  return targets;
}

LoadedPipeline load_pipeline(Repository& repository) {
  return load_pipeline(repository, find_project_files(repository));
}

LoadedPipeline load_pipeline(Repository& repository, const ProjectFiles& files) {
  return {load_from(repository, files), pointer_targets(files)};
}

StageGraph load_stage_graph(Repository& repository, const ProjectFiles& files, ImportedCode& code) {
  LoadedPipeline loaded = load_pipeline(repository, files);
  std::vector<Stage>& stages = loaded.pipeline.stages;
  code.expect_outputs_of(stages);
  std::vector<std::vector<std::string>> imports;
  for (const Stage& stage : stages) {
    const StageImports& found = code.of(stage);
    imports.push_back(found.files);
    imports.back().insert(imports.back().end(), found.awaited.begin(), found.awaited.end());
  }
  return StageGraph(std::move(stages), loaded.tracked_data, imports);
}

}  // namespace dvx
