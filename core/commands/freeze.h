// dvx freeze and dvx unfreeze: `frozen` of stages, written into their dvx.yaml.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/pipeline/frozen_edit.h"
#include "core/repo/repository.h"

namespace dvx {

struct FreezeOptions {
  std::vector<std::string> targets;  // stages, groups and patterns, as typed
  Frozen frozen = Frozen::Yes;
};

struct FrozenStage {
  std::string name;  // of a group once
  std::string file;
  bool changed = false;  // or it was so already
};

struct FreezeReport {
  std::vector<FrozenStage> stages;  // in the order of the graph
  std::vector<std::string> files;   // that were written, sorted
};

// NotFound for what is no stage; Usage for one of several that are generated together, which have one text.
// Nothing is written then.
FreezeReport freeze(Repository& repository, const FreezeOptions& options, Progress& progress);

}  // namespace dvx
