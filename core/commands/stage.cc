#include "core/commands/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/pipeline/graph.h"
#include "core/pipeline/pipeline.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/barrier.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/project_files.h"
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

std::string file_to_write(Repository& repository, const StageAddOptions& options) {
  if (!options.file.empty()) {
    std::string file = repository.from_user(options.file);
    if (file_name(file) == kPipelineFileName) return file;
    throw Error{ErrorKind::Usage, fmt::format("'{}' is not named dvx.yaml", options.file),
                fmt::format("--file {}", join_path(options.file, kPipelineFileName)), options.file};
  }
  for (std::string directory = repository.cwd();; directory = parent_path(directory)) {
    std::string file = join_path(directory, kPipelineFileName);
    if (directory.empty() || exists(repository.path(file))) return file;
  }
}

Stage stage_from(Repository& repository, const StageAddOptions& options, const std::string& file) {
  Stage stage;
  stage.name = stage_address(file, options.name);
  stage.file = file;
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

void refuse_outputs_elsewhere(Repository& repository, const Stage& stage) {
  for (const StageOutput& out : stage.outs) {
    refuse_barrier_above(repository, out.path,
                         fmt::format("output '{}'", display_path(repository.to_user(out.path))));
  }
}

// A file that discovery would not find is no pipeline. Where git alone ignores its directory, it is found
// when git tracks it.
FoundByWalk check_place(Repository& repository, const std::string& file) {
  const std::string shown = display_path(repository.to_user(file));
  refuse_barrier_above(repository, file, fmt::format("'{}'", shown));
  const FoundByWalk found = is_found_by_walk(repository, file);
  if (found == FoundByWalk::NotPastDvxignore) {
    throw Error{ErrorKind::Usage, fmt::format("a .dvxignore hides '{}': its stages would never run", shown),
                "dvx stage add --file dvx.yaml ...   (or take the rule out of the .dvxignore)", file};
  }
  return found;
}

}  // namespace

StageListReport stage_list(Repository& repository, const StageListOptions&, Progress&) {
  LoadedPipeline loaded = load_pipeline(repository);
  const StageGraph graph(std::move(loaded.pipeline.stages), loaded.tracked_data);
  return {.stages = graph.stages(),
          .plots = std::move(loaded.pipeline.plots),
          .artifacts = std::move(loaded.pipeline.artifacts)};
}

StageAddReport stage_add(Repository& repository, const StageAddOptions& options, Progress&) {
  const WritingLock lock = repository.lock_for_writing();
  const std::string file = file_to_write(repository, options);
  const std::string before = read_file_if_exists(repository.path(file)).value_or("");
  const Stage stage = stage_from(repository, options, file);
  const FoundByWalk found = check_place(repository, file);
  refuse_outputs_elsewhere(repository, stage);
  PipelineReading reading = workspace_reading(repository);
  const std::string after = add_stage_to_text(before, file, stage, reading);
  reading.read = [&, read = reading.read](const std::string& path) {
    return path == file ? std::optional(after) : read(path);
  };
  ProjectFiles files = find_project_files(repository);
  if (std::ranges::find(files.pipelines, file) == files.pipelines.end()) files.pipelines.push_back(file);
  sort_pipeline_files(files.pipelines);
  const StageGraph graph(read_pipelines(files.pipelines, reading).stages, pointer_targets(files));
  make_directories(repository.path(parent_path(file)));
  write_work_tree_file(repository, file, after);
  if (found == FoundByWalk::NotPastGitignore) repository.git().stage({file});
  return {file, graph.stages()[graph.find(stage.name).value()]};
}

}  // namespace dvx
