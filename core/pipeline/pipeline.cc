#include "core/pipeline/pipeline.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "core/workspace/pointer_walk.h"
#include "core/workspace/tracked.h"

namespace dvx {

PipelineFile load_pipeline(const Repository& repository) {
  const auto text = read_file_if_exists(repository.path(kPipelineFileName));
  if (!text) {
    throw Error(ErrorKind::NotFound, "there is no pipeline: 'dvx.yaml' does not exist",
                "dvx stage add -n prepare -d data/raw -o data/prepared 'python3 prepare.py'",
                kPipelineFileName);
  }
  return parse_pipeline(*text, kPipelineFileName);
}

std::vector<std::string> pointer_targets(const Repository& repository) {
  std::vector<std::string> targets;
  // A pointer file lies beside its data and bears its name.
  for (const std::string& pointer : find_pointer_files(repository.root()))
    targets.push_back(data_path_of(pointer));
  std::ranges::sort(targets);
  return targets;
}

StageGraph load_stage_graph(const Repository& repository) {
  return StageGraph(load_pipeline(repository).stages, pointer_targets(repository));
}

}  // namespace dvx
