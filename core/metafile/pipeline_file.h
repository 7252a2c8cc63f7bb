// dvx.yaml: the stages of a pipeline, as text gives them (docs/pipelines.md). No disk, no graph.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/metafile/yaml.h"

namespace dvx {

struct StageDependency {
  std::string path;    // relative to the repository root, normalized
  std::string schema;  // path of a schema file relative to the root, or ""
};

struct StageParams {
  std::string file;               // relative to the root
  std::vector<std::string> keys;  // "train.epochs"; empty means every key of the file
};

enum class OutputKind { Data, Metric };

struct StageOutput {
  std::string path;  // relative to the root, normalized
  OutputKind kind = OutputKind::Data;
  bool cache = true;     // false: git keeps it; the id is recorded all the same
  bool persist = false;  // not removed before the command runs
  bool push = true;
  std::string remote = {}, schema = {}, desc = {};
  std::string compare = "bitwise";
};

struct Stage {
  std::string name;
  std::string file;                   // the dvx.yaml it stands in, relative to the root
  std::vector<std::string> commands;  // run in order by /bin/sh -c, stopped by the first that fails
  std::string wdir;                   // relative to the root, "" is the root
  std::vector<StageDependency> deps;
  std::vector<StageParams> params;
  std::vector<StageOutput> outs;  // metrics too
  std::map<std::string, std::string> env;
  std::vector<std::string> tools;  // commands whose output belongs to the key
  bool frozen = false, always_changed = false;
  std::string desc;
  std::map<std::string, std::string> meta;
  TextPosition position;  // of the stage's name
};

struct PipelineFile {
  std::vector<Stage> stages;  // in the order of the file
};

// Paths in the file are relative to its directory (and `wdir`); the result's are relative to the root. `file`
// is the path of the text from the root. Error{Config} with line and column.
PipelineFile parse_pipeline(std::string_view text, const std::string& file);

// `text` with a stage spliced in at the end of `stages`; every other byte stays. Blocked when the name is
// taken.
std::string add_stage_to_text(std::string_view text, const std::string& file, const Stage& stage);

}  // namespace dvx
