// `frozen` of stages in the text of a dvx.yaml: spliced in and out, so comments and layout stay.
#pragma once

#include <string>
#include <string_view>

#include "core/formats/pipeline/pipeline_reading.h"

namespace dvx {

enum class Frozen { No, Yes };

// `text` with the stage that is written under `name` (a group: all of its stages) frozen or not. The same
// text where it is so already. Error{Config} when the text is wrong or the place cannot be found.
std::string set_frozen_in_text(std::string_view text, const std::string& file, const std::string& name,
                               Frozen frozen, const PipelineReading& reading = {});

}  // namespace dvx
