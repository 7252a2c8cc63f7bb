// dvx stage: what stages there are, and a new one spliced into dvx.yaml.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/repo/repository.h"

namespace dvx {

struct StageListOptions {};

struct StageListReport {
  std::vector<Stage> stages;  // in the order of dvx.yaml, that of the root first
  std::vector<PlotDefinition> plots;
  std::vector<Artifact> artifacts;
};

// Config when dvx.yaml is broken, by itself or as a graph.
StageListReport stage_list(Repository& repository, const StageListOptions& options, Progress& progress);

struct StageAddOptions {
  std::string name, desc;
  std::vector<std::string> commands;
  // As the user typed them, from the working directory.
  std::vector<std::string> deps, outs, outs_no_cache, outs_persist, metrics, metrics_no_cache;
  std::vector<std::string> params;  // "train.epochs", "file.toml:a.b,c" or "file.toml:"
  std::vector<std::string> env;     // "NAME=value"
  std::vector<std::string> tools;
  std::string wdir;  // "" is the working directory
  std::string
      file;  // the dvx.yaml to write; "" is the nearest at or above the working directory, or the root's
  bool frozen = false, always_changed = false;
};

struct StageAddReport {
  std::string file;  // that was written
  Stage stage;       // as it was read back
};

// Blocked when the name is taken, Config when the pipeline with the stage in it would not hold together;
// dvx.yaml then is as it was. It is made when there is none.
StageAddReport stage_add(Repository& repository, const StageAddOptions& options, Progress& progress);

}  // namespace dvx
