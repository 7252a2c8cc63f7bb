#include "core/execution/stage/recorded_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/path.h"
#include "base/version.h"
#include "core/execution/stage/host_description.h"
#include "core/formats/run_record.h"
#include "core/formats/stage_key.h"
#include "core/formats/text/canonical_json.h"
#include "core/workspace/snapshot.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

// With the fields that every key has, and what was found instead of what would be run.
Json recorded_key_fields(const std::vector<LockedPath>& outs) {
  Json recorded = Json::object();
  for (const LockedPath& out : outs) recorded[path_to_json_text(out.path)] = key_content(out.data);
  Json fields = Json::object();
  fields["version"] = kKeyVersion;
  fields["commands"] = Json::array();
  fields["wdir"] = "";
  for (const char* empty : {"deps", "params", "env", "tools", "outs"}) fields[empty] = Json::object();
  fields["recorded"] = std::move(recorded);
  return fields;
}

RunRecord recorded_run(Repository& repository, const std::string& stage, const LockedStage& entry,
                       const Json& key_fields) {
  RunRecord record;
  record.stage = stage;
  record.key = entry.key;
  record.key_fields = key_fields;
  record.params = entry.params;
  record.environment = entry.environment;
  record.git_commit = repository.git().head().value_or("");
  record.git_dirty = !record.git_commit.empty() && repository.git().is_dirty();
  record.started_ns = repository.clock().now_ns();
  record.machine = host_description();
  record.executor = kNoExecutor;
  record.dvx_version = dvx_version();
  return record;
}

// In one pass for those that are stored, and one for the others.
}  // namespace

std::optional<StageFailure> read_outputs(Repository& repository, const std::vector<std::string>& paths,
                                         Ingest* into, std::vector<LockedPath>& outs, Progress& progress) {
  if (paths.empty()) return std::nullopt;
  const IngestMode mode = into != nullptr ? IngestMode::Store : IngestMode::HashOnly;
  const auto snapshots =
      take_snapshots(repository, paths,
                     {.mode = mode, .on_tree = {}, .fresh = FreshFiles::HashAgain, .into = into}, progress);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!snapshots[i].failed.empty()) {
      const Error& error = snapshots[i].failed.front().error;
      return StageFailure{
          fmt::format("output '{}': {}", display_path(paths[i]), error.message()), error.hint(), {}};
    }
    if (!snapshots[i].data)
      return StageFailure{fmt::format("output '{}' vanished", display_path(paths[i])), {}, {}};
    outs.push_back({paths[i], *snapshots[i].data});
  }
  return std::nullopt;
}

FoundOutput found_output(const StageOutput& out) {
  return {.path = out.path, .cached = out.cache, .stored = out.cache || out.kind != OutputKind::Data};
}

std::variant<LockedStage, StageFailure> record_outputs(Repository& repository, const std::string& stage,
                                                       const std::vector<FoundOutput>& found, Ingest& into,
                                                       Progress& progress) {
  LockedStage entry;
  std::vector<std::string> stored, hashed;
  for (const FoundOutput& output : found) (output.stored ? stored : hashed).push_back(output.path);
  if (auto failure = read_outputs(repository, stored, &into, entry.outs, progress))
    return *std::move(failure);
  if (auto failure = read_outputs(repository, hashed, nullptr, entry.outs, progress))
    return *std::move(failure);
  std::ranges::sort(entry.outs, {}, &LockedPath::path);
  const Json key_fields = recorded_key_fields(entry.outs);
  entry.key = stage_key(key_fields);
  entry.params = Json::object();
  *entry.environment = {
      {"env", Json::object()}, {"tools", Json::object()}, {"recorded", key_fields["recorded"]}};
  RunRecord record = recorded_run(repository, stage, entry, key_fields);
  for (const LockedPath& out : entry.outs) {
    const auto declared = std::ranges::find(found, out.path, &FoundOutput::path);
    record.outs.push_back({.path = out.path, .data = out.data, .cached = declared->cached});
  }
  entry.run = into.add_bytes(serialize_run_record(record));
  return entry;
}

std::vector<FoundOutput> unrecorded_outputs(Repository& repository, const Stage& stage,
                                            const LockedStage* locked, Progress& progress) {
  std::vector<std::string> paths;
  for (const StageOutput& out : stage.outs) paths.push_back(out.path);
  const auto snapshots =
      take_snapshots(repository, paths, {.mode = IngestMode::HashOnly, .on_tree = {}}, progress);
  std::vector<FoundOutput> found;
  bool is_recorded = true;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (!snapshots[i].failed.empty()) throw snapshots[i].failed.front().error;
    if (!snapshots[i].data) continue;
    found.push_back(found_output(stage.outs[i]));
    is_recorded =
        is_recorded && locked != nullptr && std::ranges::any_of(locked->outs, [&](const LockedPath& out) {
          return out.path == paths[i] && out.data == *snapshots[i].data;
        });
  }
  return is_recorded ? std::vector<FoundOutput>{} : found;
}

}  // namespace dvx
