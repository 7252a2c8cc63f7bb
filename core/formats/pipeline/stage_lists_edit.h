// Paths put into and taken out of `deps` and `outs` of a stage in the user's text: comments, order and style
// of the lists stay.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

struct StageListsChange {
  std::vector<std::string> add_deps, remove_deps, add_outs;  // paths from the root

  bool empty() const { return add_deps.empty() && remove_deps.empty() && add_outs.empty(); }
};

// `text` of `file` with the lists of `stage`, which stands in it, changed. Blocked, with a hint that says
// what to write, where that cannot be done safely: in generated stages, in lists made by variables. What was
// written is read again, and differs from before in nothing else.
std::string change_stage_lists(std::string_view text, const std::string& file, const Stage& stage,
                               const StageListsChange& change, const PipelineReading& reading = {});

// "deps: a, b; outs: c" as they are written in the stage: what to add by hand.
std::string describe(const StageListsChange& change, const Stage& stage);

}  // namespace dvx
