// Any bytes are a pipeline or Error{Config}; a pipeline takes one more stage and keeps those it had.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/graph.h"

namespace {

void add_one(std::string_view text, const dvx::PipelineFile& before) {
  dvx::Stage stage;
  stage.name = "one-more";
  stage.commands = {"true"};
  const dvx::PipelineFile after =
      dvx::parse_pipeline(dvx::add_stage_to_text(text, "dvx.yaml", stage), "dvx.yaml");
  if (after.stages.size() != before.stages.size() + 1) std::abort();
  for (std::size_t i = 0; i < before.stages.size(); ++i) {
    if (before.stages[i].name != after.stages[i].name) std::abort();
    if (before.stages[i].commands != after.stages[i].commands) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const dvx::PipelineFile pipeline = dvx::parse_pipeline(text, "dvx.yaml");
    const dvx::StageGraph graph(pipeline.stages, {"data/raw"});
    add_one(text, pipeline);
  } catch (const dvx::Error& error) {
    const bool expected = error.kind() == dvx::ErrorKind::Config || error.kind() == dvx::ErrorKind::Blocked;
    // A place for a stage that cannot be found is reported, and the file stays as it is.
    if (!expected && error.message().find("cannot find the place") == std::string::npos) std::abort();
  }
  return 0;
}
