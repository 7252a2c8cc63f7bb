// A parsed pipeline as bytes (docs/formats/pipeline-cache.md), together with the texts it was read from. No
// disk.
//
// A cache: bytes that are damaged, or were made by something else, are no pipeline, and never a wrong one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"
#include "objects/model/object_id.h"

namespace dvx {

// All that a pipeline follows from: the same sources give the same pipeline.
struct PipelineSources {
  struct Text {
    std::string path;            // from the root
    std::optional<ObjectId> id;  // of the content; nullopt: it was looked for and not there

    friend bool operator==(const Text&, const Text&) = default;
  };
  std::string reader;              // the program and the settings that it read with
  std::vector<std::string> files;  // each dvx.yaml, in the order in which they were read
  std::vector<Text> texts;         // in the order in which they were first asked for

  friend bool operator==(const PipelineSources&, const PipelineSources&) = default;
};

std::string write_pipeline_image(const PipelineSources& sources, const PipelineFile& pipeline);

// nullopt for bytes that write_pipeline_image() did not give, and when `is_current` says no to the sources.
std::optional<PipelineFile> read_pipeline_image(
    std::string_view bytes, const std::function<bool(const PipelineSources&)>& is_current);

}  // namespace dvx
