#include "core/commands/stage.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/pipeline/graph.h"
#include "core/pipeline/pipeline.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/tracked.h"

namespace dvx {
namespace {

void add_outs(Repository& repository, const std::vector<std::string>& typed, const StageOutput& like,
              Stage& stage) {
  for (const std::string& path : typed) {
    StageOutput output = like;
    output.path = repository.from_user(path);
    stage.outs.push_back(std::move(output));
  }
}

void add_keys(Stage& stage, const std::string& file, std::string_view keys) {
  auto params = std::ranges::find(stage.params, file, &StageParams::file);
  if (params == stage.params.end()) params = stage.params.insert(params, {file, {}});
  while (!keys.empty()) {
    const std::size_t comma = std::min(keys.find(','), keys.size());
    if (comma > 0) params->keys.emplace_back(keys.substr(0, comma));
    keys.remove_prefix(std::min(comma + 1, keys.size()));
  }
}

// "a.b,c" of params.yaml, "file:a.b,c", or "file:" for all of it.
void add_params(Repository& repository, const std::string& typed, Stage& stage) {
  const std::size_t colon = typed.find(':');
  if (colon == std::string::npos) {
    add_keys(stage, join_path(stage.wdir, "params.yaml"), typed);
  } else {
    add_keys(stage, repository.from_user(typed.substr(0, colon)), std::string_view(typed).substr(colon + 1));
  }
}

void add_variable(const std::string& typed, Stage& stage) {
  const std::size_t equals = typed.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error{ErrorKind::Usage, fmt::format("'{}' is not NAME=VALUE", typed), "dvx stage add --help"};
  }
  stage.env[typed.substr(0, equals)] = typed.substr(equals + 1);
}

Stage stage_from(Repository& repository, const StageAddOptions& options) {
  Stage stage;
  stage.name = options.name;
  stage.file = kPipelineFileName;
  stage.commands = options.commands;
  stage.desc = options.desc;
  stage.wdir = options.wdir.empty() ? repository.cwd() : repository.from_user(options.wdir);
  for (const std::string& path : options.deps) stage.deps.push_back({repository.from_user(path), ""});
  for (const std::string& typed : options.params) add_params(repository, typed, stage);
  add_outs(repository, options.outs, {.path = {}}, stage);
  add_outs(repository, options.outs_no_cache, {.path = {}, .cache = false}, stage);
  add_outs(repository, options.outs_persist, {.path = {}, .persist = true}, stage);
  add_outs(repository, options.metrics, {.path = {}, .kind = OutputKind::Metric}, stage);
  add_outs(repository, options.metrics_no_cache, {.path = {}, .kind = OutputKind::Metric, .cache = false},
           stage);
  for (const std::string& typed : options.env) add_variable(typed, stage);
  stage.tools = options.tools;
  stage.frozen = options.frozen;
  stage.always_changed = options.always_changed;
  return stage;
}

}  // namespace

StageListReport stage_list(Repository& repository, const StageListOptions&, Progress&) {
  return {load_stage_graph(repository).stages()};
}

StageAddReport stage_add(Repository& repository, const StageAddOptions& options, Progress&) {
  const WritingLock lock = repository.lock_for_writing();
  const std::string path = repository.path(kPipelineFileName);
  const std::string before = read_file_if_exists(path).value_or("");
  const std::string after = add_stage_to_text(before, kPipelineFileName, stage_from(repository, options));
  PipelineFile pipeline = parse_pipeline(after, kPipelineFileName);
  const StageGraph graph(std::move(pipeline.stages), pointer_targets(repository));
  write_work_tree_file(repository, kPipelineFileName, after);
  return {kPipelineFileName, graph.stages().back()};
}

}  // namespace dvx
