#include "core/workspace/pipelines.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/path.h"
#include "core/workspace/pipeline_cache.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"
#include "core/workspace/visible_pipelines.h"

namespace dvx {

namespace {

template <typename T>
void append(std::vector<T>& to, std::vector<T>&& more) {
  if (to.empty()) {
    to = std::move(more);
  } else {
    std::ranges::move(more, std::back_inserter(to));
  }
}

UnpackRules unpack_rules(Repository& repository) {
  const Config& config = repository.config();
  UnpackRules rules;
  if (config.get_or("parsing.bool", "store_true") == "boolean_optional")
    rules.booleans = UnpackRules::Booleans::NegatedWhenFalse;
  if (config.get_or("parsing.list", "nargs") == "append") rules.lists = UnpackRules::Lists::FlagEach;
  return rules;
}

bool is_pipeline(std::string_view path) {
  return file_name(path) == kPipelineFileName;
}

std::optional<PipelineFile> read_unless_none(std::vector<std::string> files, const PipelineReading& reading) {
  if (files.empty()) return std::nullopt;
  return read_pipelines(files, reading);
}

}  // namespace

PipelineFile read_pipelines(const std::vector<std::string>& files, const PipelineReading& reading) {
  PipelineFile all;
  for (const std::string& file : files) {
    const auto text = reading.read(file);
    if (!text) continue;  // gone since it was found
    PipelineFile one = parse_pipeline(*text, file, reading);
    append(all.stages, std::move(one.stages));
    append(all.params_files, std::move(one.params_files));
    append(all.metrics_files, std::move(one.metrics_files));
    append(all.plots, std::move(one.plots));
    append(all.artifacts, std::move(one.artifacts));
  }
  return all;
}

PipelineReading workspace_reading(Repository& repository) {
  return {
      .read = [&repository](const std::string& path) { return read_file_if_exists(repository.path(path)); },
      .unpack = unpack_rules(repository)};
}

std::optional<PipelineFile> workspace_pipeline(Repository& repository,
                                               const std::vector<std::string>& files) {
  if (files.empty()) return std::nullopt;
  return read_pipelines_once(repository, files, workspace_reading(repository));
}

std::optional<PipelineFile> workspace_pipeline(Repository& repository) {
  return workspace_pipeline(repository, find_project_files(repository).pipelines);
}

std::optional<PipelineFile> pipeline_at(Repository& repository, const std::string& commit,
                                        std::vector<std::string> files) {
  const GitRepository& git = repository.git();
  const std::string prefix = path_beneath(repository.root(), git.work_tree()).value_or("");
  const ReadText read = [&](const std::string& path) { return git.read_at(commit, join_path(prefix, path)); };
  return read_unless_none(visible_pipelines(std::move(files), read),
                          {.read = read, .unpack = unpack_rules(repository)});
}

std::optional<PipelineFile> pipeline_at(Repository& repository, const std::string& commit) {
  const GitRepository& git = repository.git();
  const std::string prefix = path_beneath(repository.root(), git.work_tree()).value_or("");
  std::vector<std::string> files;
  for (const GitIndexEntry& entry : git.list_at(commit, is_pipeline)) {
    if (auto file = path_beneath(entry.path, prefix)) files.push_back(*std::move(file));
  }
  return pipeline_at(repository, commit, std::move(files));
}

std::optional<PipelineFile> pipeline_in_index(Repository& repository) {
  const GitRepository& git = repository.git();
  const std::string prefix = path_beneath(repository.root(), git.work_tree()).value_or("");
  const ReadText read = [&](const std::string& path) { return git.read_index(join_path(prefix, path)); };
  std::set<std::string> files;  // a path in conflict has several entries
  for (const GitIndexEntry& entry : git.index_entries()) {
    if (!is_pipeline(entry.path)) continue;
    if (auto file = path_beneath(entry.path, prefix)) files.insert(*std::move(file));
  }
  return read_unless_none(visible_pipelines({files.begin(), files.end()}, read),
                          {.read = read, .unpack = unpack_rules(repository)});
}

}  // namespace dvx
