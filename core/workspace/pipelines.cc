#include "core/workspace/pipelines.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "base/file.h"
#include "base/path.h"
#include "core/workspace/ignore.h"
#include "core/workspace/pipeline_cache.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"

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

// Chooses as a walk of the work tree would: what .dvxignore or another project inside hides is left out.
class RecordedPipelines {
 public:
  explicit RecordedPipelines(const ReadText& read) : read_(read) {}

  std::vector<std::string> choose(std::vector<std::string> files) {
    std::erase_if(files, [this](const std::string& file) { return is_hidden(file); });
    sort_pipeline_files(files);
    return files;
  }

 private:
  bool is_hidden(const std::string& file) {
    IgnoreRules rules;
    for (const std::string& directory : directories_above(file)) {
      if (!directory.empty() && rules.ignores(directory, PathKind::Directory)) return true;
      if (!directory.empty() && read_(join_path(directory, ".dvx/config"))) return true;
      if (const auto text = read_(join_path(directory, ".dvxignore"))) rules = rules.with(*text, directory);
    }
    return rules.ignores(file, PathKind::Other);
  }

  // From the root down.
  static std::vector<std::string> directories_above(const std::string& file) {
    std::vector<std::string> directories;
    for (std::string at = parent_path(file); !at.empty(); at = parent_path(at)) directories.push_back(at);
    directories.emplace_back();
    std::ranges::reverse(directories);
    return directories;
  }

  const ReadText& read_;
};

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
  return workspace_pipeline(repository, find_project_files(repository.root()).pipelines);
}

std::optional<PipelineFile> pipeline_at(Repository& repository, const std::string& commit,
                                        std::vector<std::string> files) {
  const GitRepository& git = repository.git();
  const std::string prefix = path_beneath(repository.root(), git.work_tree()).value_or("");
  const ReadText read = [&](const std::string& path) { return git.read_at(commit, join_path(prefix, path)); };
  return read_unless_none(RecordedPipelines(read).choose(std::move(files)),
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
  return read_unless_none(RecordedPipelines(read).choose({files.begin(), files.end()}),
                          {.read = read, .unpack = unpack_rules(repository)});
}

}  // namespace dvx
