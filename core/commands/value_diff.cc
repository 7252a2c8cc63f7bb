#include "core/commands/value_diff.h"

#include <functional>
#include <map>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "core/formats/text/canonical_json.h"
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

// The text of a file of params or metrics in one revision.
using Read = std::function<std::optional<std::string>(const std::string& file)>;

// One revision: the values of the files that can be read, and why the others cannot be.
class Side {
 public:
  explicit Side(Read read) : read_(std::move(read)) {}

  // Null: it is not there, or cannot be read.
  const nlohmann::json* document(const std::string& file) {
    const auto known = files_.find(file);
    return (known == files_.end() ? read(file) : known->second).document();
  }

  Values params(const Selection& selection) {
    Values values;
    for (const auto& [file, keys] : selection.params) {
      const nlohmann::json* found = document(file);
      if (found == nullptr) continue;
      if (selection.whole_files.contains(file)) {
        flatten(file, "", *found, values);
        continue;
      }
      for (const std::string& key : keys) {
        if (const nlohmann::json* value = find_param(*found, key)) flatten(file, key, *value, values);
      }
    }
    return values;
  }

  Values metrics(const Selection& selection) {
    Values values;
    for (const std::string& file : selection.metrics) {
      if (const nlohmann::json* found = document(file)) flatten(file, "", *found, values);
    }
    return values;
  }

  // By file, of those that were asked for.
  std::map<std::string, std::string> unreadable() const {
    std::map<std::string, std::string> failures;
    for (const auto& [file, content] : files_) {
      if (!content.failure.empty()) failures.emplace(file, content.failure);
    }
    return failures;
  }

  std::optional<std::string> text(const std::string& file) const {
    const auto known = files_.find(file);
    return known == files_.end() ? std::nullopt : known->second.text;
  }

 private:
  struct Content {
    std::optional<std::string> text;
    std::optional<nlohmann::json> values;
    std::string failure;

    const nlohmann::json* document() const { return values ? &*values : nullptr; }
  };

  const Content& read(const std::string& file) {
    Content& content = files_[file];
    try {
      content.text = read_(file);
      if (content.text) content.values = parse_params(*content.text, file);
    } catch (const Error& error) {
      content.failure = error.message();
    }
    return content;
  }

  Read read_;
  std::map<std::string, Content> files_;
};

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

Side params_of(const Revision& revision) {
  return Side([&revision](const std::string& file) { return revision.read_file(file); });
}

Side metrics_of(Repository& repository, const Revision& revision) {
  return Side(
      [&repository, &revision](const std::string& file) { return read_metric(repository, revision, file); });
}

// As keys of stages compare them: 1 is not 1.0.
bool same(const std::optional<JsonValue>& a, const std::optional<JsonValue>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return canonical_json(*a) == canonical_json(*b);
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
    if (!same(change.before, change.after)) changes.push_back(std::move(change));
  }
  return changes;
}

// When one side cannot read a file, all values of the other side would look new or gone.
void leave_out_unreadable(const Side& before, const Side& after, std::vector<ValueChange>& changes,
                          std::map<std::string, UnreadableValues>& unreadable) {
  for (const Side* side : {&before, &after}) {
    for (const auto& [file, message] : side->unreadable()) {
      const auto old_text = before.text(file), new_text = after.text(file);
      const bool is_same = old_text && new_text && *old_text == *new_text;
      unreadable.insert_or_assign(file,
                                  UnreadableValues{.file = file, .message = message, .changed = !is_same});
    }
  }
  std::erase_if(changes, [&](const ValueChange& change) { return unreadable.contains(change.file); });
}

}  // namespace

ValueDiff diff_values(Repository& repository, const Revision& before, const Revision& after) {
  Selection selection;
  selection.add(before.pipeline());
  selection.add(after.pipeline());
  std::map<std::string, UnreadableValues> unreadable;
  const auto differences = [&](Side old_side, Side new_side, Values (Side::*values)(const Selection&)) {
    auto changes = compare((old_side.*values)(selection), (new_side.*values)(selection));
    leave_out_unreadable(old_side, new_side, changes, unreadable);
    return changes;
  };
  ValueDiff diff;
  diff.params = differences(params_of(before), params_of(after), &Side::params);
  diff.metrics = differences(metrics_of(repository, before), metrics_of(repository, after), &Side::metrics);
  for (auto& [file, values] : unreadable) diff.unreadable.push_back(std::move(values));
  return diff;
}

}  // namespace dvx
