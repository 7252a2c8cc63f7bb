// dvx stage fix: what the last traces of stages have shown, put into dvx.yaml.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "core/formats/pipeline/stage_lists_edit.h"
#include "core/repo/repository.h"

namespace dvx {

enum class FixMode { Write, DryRun };
enum class UnreadDependencies { Keep, Remove };

struct StageFixOptions {
  std::vector<std::string> stages;  // as typed; none means every stage that was traced
  FixMode mode = FixMode::Write;
  UnreadDependencies unread = UnreadDependencies::Keep;
};

struct FixedStage {
  std::string stage, file;
  StageListsChange change;  // what was written, or would be
};

struct FixedFile {
  std::string file, before, after;
};

struct StageFixReport {
  std::vector<FixedStage> stages;  // that need something, in the order of dvx.yaml
  std::vector<FixedFile> files;
  std::vector<Error> by_hand;  // stages, or parts of them, that could not be changed; their text is as it was
  std::size_t examined = 0;    // stages with a trace
};

// Inputs that are read and not declared are added to `deps`, files that are written to `outs`. NotFound for a
// named stage that was never traced.
StageFixReport stage_fix(Repository& repository, const StageFixOptions& options, Progress& progress);

}  // namespace dvx
