// Reads `each` of a stage, and gives the stage the directories that go with it.
#pragma once

#include <string>

#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

// `body` is the map of the stage; paths in it start at `base` (from the root). `name` is what messages call
// the stage. Does nothing without `each`; else adds what it reads to the stage's dependencies and what it
// makes to its outputs, unless they are named there, with a schema or flags. Call it when all other fields
// are read. Error{Config} with line and column.
void read_stage_each(const YamlNode& body, const std::string& file, const std::string& name,
                     const std::string& base, Stage& stage);

}  // namespace dvx
