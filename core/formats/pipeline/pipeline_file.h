// dvx.yaml: the stages of a pipeline, as text gives them (docs/pipelines-reference.md). No disk but through
// PipelineReading, no graph.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/pipeline/pipeline_reading.h"
#include "core/formats/pipeline/stage_demands.h"
#include "core/formats/pipeline/stage_each.h"
#include "core/formats/pipeline/stage_execution.h"
#include "core/formats/text/yaml.h"

namespace dvx {

struct StageDependency {
  std::string path;    // relative to the repository root, normalized
  std::string schema;  // path of a schema file relative to the root, or ""
};

struct StageParams {
  std::string file;               // relative to the root
  std::vector<std::string> keys;  // "train.epochs"; empty means every key of the file
};

enum class OutputKind { Data, Metric, Plot };
std::string_view output_kind_name(OutputKind kind);  // "data", "metric", "plot"

// What people and other programs are told of data. No part of a key.
struct Annotations {
  std::string desc, type;
  std::vector<std::string> labels;
  std::map<std::string, std::string> meta;  // what is no plain text as canonical JSON
};

struct StageOutput {
  std::string path;  // relative to the root, normalized
  OutputKind kind = OutputKind::Data;
  bool cache = true;     // false: git keeps it; the id is recorded all the same
  bool persist = false;  // not removed before the command runs
  bool push = true;
  std::string remote = {}, schema = {};
  Annotations about = {};
  std::map<std::string, std::string> plot = {};  // how a plot is drawn: "x", "y", "template", …
  std::string compare = "bitwise";
};

struct Stage {
  std::string name;   // unique: "train", "train@eu" of a group; "models:train" when in models/dvx.yaml
  std::string group;  // of a generated stage the name that means all of them ("models:train"), else ""
  std::string file;   // the dvx.yaml it stands in, relative to the root
  std::vector<std::string> commands;  // run in order by /bin/sh -c, stopped by the first that fails
  std::string wdir;                   // relative to the root, "" is the root
  std::vector<StageDependency> deps;
  std::vector<std::string> stage_deps;  // names of stages whose results this one needs
  std::vector<std::string> urls;        // http and https
  std::vector<StageParams> params;
  std::vector<StageOutput> outs;  // metrics and plots too
  std::map<std::string, std::string> env;
  std::vector<std::string> tools;  // commands whose output belongs to the key
  bool frozen = false, always_changed = false;
  StageDemands demands;
  std::optional<StageEach> each;
  StageExecution execution;
  std::string desc;
  std::map<std::string, std::string> meta;
  TextPosition position;  // of the stage's name
};

struct PlotDefinition {
  std::string name;                               // a file, or any name when the files are in the properties
  std::string file;                               // the dvx.yaml
  std::map<std::string, std::string> properties;  // "x", "y", "title", …; what is no plain text as JSON
};

struct Artifact {
  std::string name;  // "models:resnet" when in models/dvx.yaml
  std::string path;  // relative to the root
  Annotations about;
};

struct PipelineFile {
  std::vector<Stage> stages;                             // in the order of the file
  std::vector<std::string> params_files, metrics_files;  // relative to the root; besides those of stages
  std::vector<PlotDefinition> plots;
  std::vector<Artifact> artifacts;
};

// Paths in the file are relative to its directory (and `wdir`); the result's are relative to the root. `file`
// is the path of the text from the root. Error{Config} with line and column.
PipelineFile parse_pipeline(std::string_view text, const std::string& file,
                            const PipelineReading& reading = {});

// What is called `name` in `file`, as the whole project calls it: "train" of models/dvx.yaml is
// "models:train".
std::string stage_address(const std::string& file, const std::string& name);
std::string local_stage_name(const Stage& stage);  // the other way

// `text` with a stage spliced in at the end of `stages`; every other byte stays. Blocked when the name is
// taken. Expressions in the stage are written as they are.
std::string add_stage_to_text(std::string_view text, const std::string& file, const Stage& stage,
                              const PipelineReading& reading = {});

}  // namespace dvx
