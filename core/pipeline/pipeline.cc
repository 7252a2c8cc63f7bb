#include "core/pipeline/pipeline.h"

#include "base/error.h"
#include "base/file.h"
#include "core/workspace/tracked.h"

namespace dvx {

PipelineFile load_pipeline(const Repository& repository) {
  const auto text = read_file_if_exists(repository.path(kPipelineFileName));
  if (!text) {
    throw Error(ErrorKind::NotFound, "there is no pipeline: 'dvx.yaml' does not exist",
                "dvx stage add -n prepare -d data/raw -o data/prepared 'python3 prepare.py'", kPipelineFileName);
  }
  return parse_pipeline(*text, kPipelineFileName);
}

}  // namespace dvx
