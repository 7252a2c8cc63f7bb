#include "core/commands/value_diff.h"

#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "core/pipeline/params.h"

namespace dvx {

namespace {

using Values = std::map<std::pair<std::string, std::string>, nlohmann::json>;  // by file and key

// What the stages of either side take from each params file; no keys means all of it.
struct Selection {
  std::map<std::string, std::set<std::string>> params;
  std::set<std::string> whole_files;
  std::set<std::string> metrics;

  void add(const std::optional<PipelineFile>& pipeline) {
    if (!pipeline) return;
    metrics.insert(pipeline->metrics_files.begin(), pipeline->metrics_files.end());
    for (const std::string& file : pipeline->params_files) {
      params[file];
      whole_files.insert(file);
    }
    for (const Stage& stage : pipeline->stages) {
      for (const StageParams& each : stage.params) {
        params[each.file].insert(each.keys.begin(), each.keys.end());
        if (each.keys.empty()) whole_files.insert(each.file);
      }
      for (const StageOutput& out : stage.outs) {
        if (out.kind == OutputKind::Metric) metrics.insert(out.path);
      }
    }
  }
};

// Maps open up into dotted keys; lists are one value.
void flatten(const std::string& file, const std::string& prefix, const nlohmann::json& value, Values& out) {
  if (!value.is_object() || (value.empty() && !prefix.empty())) {
    out[{file, prefix}] = value;
    return;
  }
  for (const auto& [key, child] : value.items())
    flatten(file, prefix.empty() ? key : prefix + "." + key, child, out);
}

std::optional<nlohmann::json> parse(const std::optional<std::string>& text, const std::string& file) {
  if (!text) return std::nullopt;
  try {
    return parse_params(*text, file);
  } catch (const Error&) {
    return std::nullopt;  // `dvx repro` is the one to complain
  }
}

Values params_of(const Revision& revision, const Selection& selection) {
  Values values;
  for (const auto& [file, keys] : selection.params) {
    const auto document = parse(revision.read_file(file), file);
    if (!document) continue;
    if (selection.whole_files.contains(file)) {
      flatten(file, "", *document, values);
      continue;
    }
    for (const std::string& key : keys) {
      if (const nlohmann::json* value = find_param(*document, key)) flatten(file, key, *value, values);
    }
  }
  return values;
}

// A metric lies in git or the workspace, or in the store when its output is cached.
std::optional<std::string> read_metric(Repository& repository, const Revision& revision,
                                       const std::string& path) {
  if (auto text = revision.read_file(path)) return text;
  if (revision.is_workspace()) return std::nullopt;
  for (const TrackedPath& tracked : revision.tracked()) {
    const bool found = tracked.path == path && tracked.data && tracked.data->kind == DataKind::File;
    if (found && repository.store().contains(tracked.data->id))
      return repository.store().read_bytes(tracked.data->id);
  }
  return std::nullopt;
}

Values metrics_of(Repository& repository, const Revision& revision, const Selection& selection) {
  Values values;
  for (const std::string& path : selection.metrics) {
    const auto document = parse(read_metric(repository, revision, path), path);
    if (document) flatten(path, "", *document, values);
  }
  return values;
}

std::vector<ValueChange> compare(const Values& before, const Values& after) {
  std::set<std::pair<std::string, std::string>> keys;
  for (const auto& [key, value] : before) keys.insert(key);
  for (const auto& [key, value] : after) keys.insert(key);
  std::vector<ValueChange> changes;
  for (const auto& key : keys) {
    const auto old_value = before.find(key), new_value = after.find(key);
    ValueChange change{.file = key.first, .key = key.second, .before = {}, .after = {}};
    if (old_value != before.end()) change.before = old_value->second;
    if (new_value != after.end()) change.after = new_value->second;
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  return changes;
}

}  // namespace

ValueDiff diff_values(Repository& repository, const Revision& before, const Revision& after) {
  Selection selection;
  selection.add(before.pipeline());
  selection.add(after.pipeline());
  return {.params = compare(params_of(before, selection), params_of(after, selection)),
          .metrics =
              compare(metrics_of(repository, before, selection), metrics_of(repository, after, selection))};
}

}  // namespace dvx
