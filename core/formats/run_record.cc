#include "core/formats/run_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/error.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "objects/model/inner_path.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr int kRecordVersion = 1;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

class RecordReader {
 public:
  explicit RecordReader(const std::string& name) : name_(name) {}

  [[noreturn]] void fail(const std::string& what) const {
    throw Error{ErrorKind::Corruption, fmt::format("run record '{}' is damaged: {}", name_, what),
                "dvx fsck --repair", name_};
  }

  const Json& field(const Json& object, const char* key) const {
    if (!object.is_object()) fail("an object is missing");
    const auto it = object.find(key);
    if (it == object.end()) fail(fmt::format("no field '{}'", key));
    return *it;
  }
  std::string text(const Json& object, const char* key) const {
    const Json& value = field(object, key);
    if (!value.is_string()) fail(fmt::format("'{}' is not a string", key));
    return value.get<std::string>();
  }
  std::string path(const Json& object, const char* key) const {
    std::string path = path_from_json_text(text(object, key));
    if (const auto reason = refused_path(path)) {
      fail(fmt::format("'{}' is '{}', which is refused: {}", key, display_path(path), *reason));
    }
    return path;
  }
  // The empty path is the root.
  std::string directory(const Json& object, const char* key) const {
    return text(object, key).empty() ? std::string() : path(object, key);
  }
  std::uint64_t count(const Json& object, const char* key) const {
    const Json& value = field(object, key);
    if (!value.is_number_unsigned()) fail(fmt::format("'{}' is not a count", key));
    return value.get<std::uint64_t>();
  }
  std::int64_t integer(const Json& object, const char* key) const {
    const Json& value = field(object, key);
    if (!value.is_number_integer()) fail(fmt::format("'{}' is not an integer", key));
    return value.get<std::int64_t>();
  }
  bool truth(const Json& object, const char* key) const {
    const Json& value = field(object, key);
    if (!value.is_boolean()) fail(fmt::format("'{}' is neither true nor false", key));
    return value.get<bool>();
  }
  ObjectId id(const Json& object, const char* key) const {
    const auto parsed = ObjectId::parse(text(object, key));
    if (!parsed) fail(fmt::format("'{}' is not an object id", key));
    return *parsed;
  }
  std::optional<ObjectId> optional_id(const Json& object, const char* key) const {
    return object.contains(key) ? std::optional(id(object, key)) : std::nullopt;
  }
  const Json& list(const Json& object, const char* key) const {
    const Json& value = field(object, key);
    if (!value.is_array()) fail(fmt::format("'{}' is not a list", key));
    return value;
  }

 private:
  const std::string& name_;
};

void write_data(Json& object, const DataRef& data) {
  object[data.kind == DataKind::Tree ? "tree" : "file"] = data.id.to_string();
  object["size"] = data.size;
  if (data.kind == DataKind::Tree) object["files"] = data.files;
  if (data.executable) object["executable"] = true;
}

DataRef read_data(const RecordReader& reader, const Json& object) {
  DataRef data;
  data.kind = object.contains("tree") ? DataKind::Tree : DataKind::File;
  data.id = reader.id(object, data.kind == DataKind::Tree ? "tree" : "file");
  data.size = reader.count(object, "size");
  data.files = data.kind == DataKind::Tree ? reader.count(object, "files") : 1;
  data.executable = object.contains("executable") && reader.truth(object, "executable");
  return data;
}

Json dependencies_to_json(std::vector<RunDependency> deps) {
  std::sort(deps.begin(), deps.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  Json list = Json::array();
  for (const RunDependency& dep : deps) {
    Json object = {{"path", path_to_json_text(dep.path)}};
    write_data(object, dep.data);
    if (dep.producer) object["producer"] = dep.producer->to_string();
    list.push_back(std::move(object));
  }
  return list;
}

Json outputs_to_json(std::vector<RunOutput> outs) {
  std::sort(outs.begin(), outs.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  Json list = Json::array();
  for (const RunOutput& out : outs) {
    Json object = {{"path", path_to_json_text(out.path)}, {"cached", out.cached}};
    write_data(object, out.data);
    list.push_back(std::move(object));
  }
  return list;
}

Json schemas_to_json(const std::vector<SchemaVerdictRef>& schemas) {
  Json list = Json::array();
  for (const SchemaVerdictRef& verdict : schemas) {
    list.push_back({{"path", path_to_json_text(verdict.path)},
                    {"schema", path_to_json_text(verdict.schema)},
                    {"schema_id", verdict.schema_id.to_string()},
                    {"valid", verdict.valid},
                    {"violations", verdict.violations}});
  }
  return list;
}

std::vector<RunDependency> dependencies_from_json(const RecordReader& reader, const Json& list) {
  std::vector<RunDependency> deps;
  for (const Json& object : list) {
    deps.push_back({.path = reader.path(object, "path"),
                    .data = read_data(reader, object),
                    .producer = reader.optional_id(object, "producer")});
  }
  return deps;
}

std::vector<RunOutput> outputs_from_json(const RecordReader& reader, const Json& list) {
  std::vector<RunOutput> outs;
  for (const Json& object : list) {
    outs.push_back({.path = reader.path(object, "path"),
                    .data = read_data(reader, object),
                    .cached = reader.truth(object, "cached")});
  }
  return outs;
}

std::vector<SchemaVerdictRef> schemas_from_json(const RecordReader& reader, const Json& list) {
  std::vector<SchemaVerdictRef> schemas;
  for (const Json& object : list) {
    schemas.push_back({.path = reader.path(object, "path"),
                       .schema = reader.path(object, "schema"),
                       .schema_id = reader.id(object, "schema_id"),
                       .valid = reader.truth(object, "valid"),
                       .violations = reader.count(object, "violations")});
  }
  return schemas;
}

Json items_to_json(const RunItems& items) {
  Json json = {{"inputs", items.inputs}, {"ran", items.ran}};
  if (items.base) json["base"] = items.base->to_string();
  return json;
}

RunItems items_from_json(const RecordReader& reader, const Json& json) {
  return {.inputs = reader.count(json, "inputs"),
          .ran = reader.count(json, "ran"),
          .base = reader.optional_id(json, "base")};
}

std::vector<std::string> commands_from_json(const RecordReader& reader, const Json& list) {
  std::vector<std::string> commands;
  for (const Json& command : list) {
    if (!command.is_string()) reader.fail("a command is not a string");
    commands.push_back(command.get<std::string>());
  }
  return commands;
}

std::uint64_t to_milliseconds(double seconds) {
  return seconds > 0 ? static_cast<std::uint64_t>(std::llround(seconds * 1000)) : 0;
}

// The inverse of format_utc(): "2026-01-31T12:00:00.123Z".
std::int64_t parse_utc(const RecordReader& reader, const std::string& text) {
  std::tm tm{};
  int milliseconds = 0;
  char end = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
                  &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &milliseconds, &end) != 8 ||
      end != 'Z') {
    reader.fail("'started' is not a time");
  }
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  return (static_cast<std::int64_t>(::timegm(&tm)) * 1000 + milliseconds) * kNanosecondsPerMillisecond;
}

void check_version(const RecordReader& reader, const Json& json, const std::string& name) {
  const std::uint64_t version = reader.count(json, "dvx_run");
  if (version <= kRecordVersion) return;
  throw Error{ErrorKind::Config,
              fmt::format("run record '{}' has format {}, newer than this dvx", name, version), "dvx doctor",
              name};
}

}  // namespace

std::string serialize_run_record(const RunRecord& record) {
  Json json = {
      {"dvx_run", kRecordVersion},
      {"stage", record.stage},
      {"key", record.key.to_string()},
      {"key_fields", record.key_fields},
      {"commands", record.commands},
      {"wdir", path_to_json_text(record.wdir)},
      {"deps", dependencies_to_json(record.deps)},
      {"outs", outputs_to_json(record.outs)},
      {"params", record.params},
      {"environment", record.environment},
      {"git_commit", record.git_commit},
      {"git_dirty", record.git_dirty},
      {"schemas", schemas_to_json(record.schemas)},
      {"started", format_utc(record.started_ns)},
      {"wall_ms", to_milliseconds(record.wall_seconds)},
      {"cpu_ms", to_milliseconds(record.cpu_seconds)},
      {"peak_memory_bytes", static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.peak_memory_bytes))},
      {"exit_status", record.exit_status},
      {"machine", record.machine},
      {"executor", record.executor},
      {"dvx_version", record.dvx_version}};
  if (record.log) json["log"] = record.log->to_string();
  if (record.items) json["items"] = items_to_json(*record.items);
  return canonical_json(json);
}

RunRecord parse_run_record(std::string_view bytes, const std::string& name_for_errors) {
  const RecordReader reader(name_for_errors);
  Json json;
  try {
    json = parse_json(bytes, name_for_errors);
  } catch (const Error& error) {
    reader.fail(error.message());
  }
  check_version(reader, json, name_for_errors);
  RunRecord record;
  record.stage = reader.text(json, "stage");
  record.key = reader.id(json, "key");
  record.key_fields = reader.field(json, "key_fields");
  record.commands = commands_from_json(reader, reader.list(json, "commands"));
  record.wdir = reader.directory(json, "wdir");
  record.deps = dependencies_from_json(reader, reader.list(json, "deps"));
  record.outs = outputs_from_json(reader, reader.list(json, "outs"));
  record.params = reader.field(json, "params");
  record.environment = reader.field(json, "environment");
  record.git_commit = reader.text(json, "git_commit");
  record.git_dirty = reader.truth(json, "git_dirty");
  record.schemas = schemas_from_json(reader, reader.list(json, "schemas"));
  if (json.contains("items")) record.items = items_from_json(reader, reader.field(json, "items"));
  record.started_ns = parse_utc(reader, reader.text(json, "started"));
  record.wall_seconds = static_cast<double>(reader.count(json, "wall_ms")) / 1000;
  record.cpu_seconds = static_cast<double>(reader.count(json, "cpu_ms")) / 1000;
  record.peak_memory_bytes = reader.integer(json, "peak_memory_bytes");
  record.exit_status = static_cast<int>(reader.integer(json, "exit_status"));
  record.machine = reader.text(json, "machine");
  record.executor = reader.text(json, "executor");
  record.log = reader.optional_id(json, "log");
  record.dvx_version = reader.text(json, "dvx_version");
  // One value, one spelling: what reads differently from what it would be written as was not written by dvx.
  if (serialize_run_record(record) != bytes) reader.fail("it is not in canonical form");
  return record;
}

}  // namespace dvx
