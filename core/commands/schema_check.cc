#include "core/commands/schema_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

// (data, schema) → the stage that makes the data, or "".
using Bindings = std::map<std::pair<std::string, std::string>, std::string>;

Bindings all_bindings(Repository& repository) {
  Bindings bindings;
  for (const TrackedPath& tracked : tracked_paths(repository)) {
    if (!tracked.schema.empty()) bindings.emplace(std::pair(tracked.path, tracked.schema), tracked.stage);
  }
  const auto pipeline = workspace_pipeline(repository);
  if (!pipeline) return bindings;
  for (const Stage& stage : pipeline->stages) {
    for (const StageDependency& dep : stage.deps) {
      if (!dep.schema.empty()) bindings.emplace(std::pair(dep.path, dep.schema), "");
    }
  }
  return bindings;
}

Bindings bindings_to(const SchemaCheckOptions& options) {
  if (options.paths.empty()) {
    throw Error(ErrorKind::Usage, "a schema is given and no data to check with it",
                fmt::format("dvx schema check --schema {} <data>", paste_quote(options.schema)));
  }
  Bindings bindings;
  for (const std::string& path : options.paths) bindings.emplace(std::pair(path, options.schema), "");
  return bindings;
}

// A path means what is bound to it, above it and below it.
Bindings bindings_around(Repository& repository, const std::vector<std::string>& paths, const Bindings& all) {
  Bindings selected;
  for (const std::string& path : paths) {
    const std::size_t before = selected.size();
    bool found = false;
    for (const auto& [binding, stage] : all) {
      const std::string& data = binding.first;
      if (!path.empty() && !is_beneath(data, path) && !is_beneath(path, data)) continue;
      selected.emplace(binding, stage);
      found = true;
    }
    if (found || before != selected.size()) continue;
    const std::string typed = repository.to_user(path);
    throw Error(ErrorKind::NotFound, fmt::format("no schema is bound to '{}'", display_path(typed)),
                fmt::format("dvx schema check --schema <file> {}", paste_quote(typed)), typed);
  }
  return selected;
}

}  // namespace

SchemaCheckReport schema_check(Repository& repository, const SchemaCheckOptions& options,
                               Progress& progress) {
  Bindings bindings = options.schema.empty() ? all_bindings(repository) : bindings_to(options);
  if (options.schema.empty() && !options.paths.empty()) {
    bindings = bindings_around(repository, options.paths, bindings);
  }
  SchemaCheckReport report;
  std::vector<SchemaCheckRequest> requests;
  for (const auto& [binding, stage] : bindings) {
    const auto& [path, schema] = binding;
    if (exists(repository.path(path))) {
      requests.push_back({.path = path, .schema = schema, .id = std::nullopt});
    } else {
      report.unchecked.push_back({path, schema, stage});
    }
  }
  progress.begin("checking", requests.size(), 0);
  report.verdicts = check_schemas(repository, requests);
  progress.end();
  return report;
}

}  // namespace dvx
