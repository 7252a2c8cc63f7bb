#include "core/execution/slurm/job_json.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

using Json = nlohmann::json;

Json json_of_paths(const std::vector<LockedPath>& paths) {
  Json list = Json::array();
  for (const LockedPath& path : paths) {
    const bool is_tree = path.data.kind == DataKind::Tree;
    Json object = {{"path", path_to_json_text(path.path)},
                   {is_tree ? "tree" : "file", path.data.id.to_string()},
                   {"size", path.data.size}};
    if (is_tree) object["files"] = path.data.files;
    if (path.data.executable) object["executable"] = true;
    list.push_back(std::move(object));
  }
  return list;
}

std::vector<LockedPath> paths_of_json(const Json& list) {
  std::vector<LockedPath> paths;
  for (const Json& object : list) {
    LockedPath path{.path = path_from_json_text(object.at("path").get<std::string>()), .data = {}};
    const bool is_tree = object.contains("tree");
    const auto id = ObjectId::parse(object.at(is_tree ? "tree" : "file").get<std::string>());
    if (!id) throw Error(ErrorKind::Corruption, "an id is damaged");
    path.data = {.kind = is_tree ? DataKind::Tree : DataKind::File,
                 .id = *id,
                 .size = object.at("size").get<std::uint64_t>(),
                 .files = is_tree ? object.at("files").get<std::uint64_t>() : 1,
                 .executable = object.value("executable", false)};
    paths.push_back(std::move(path));
  }
  return paths;
}

Json json_of_outcome(const CommandOutcome& outcome) {
  return {{"exit_status", outcome.exit_status}, {"signal", outcome.signal},
          {"stopped", outcome.stopped},         {"overdue", outcome.overdue},
          {"command", outcome.command},         {"wall_seconds", outcome.wall_seconds},
          {"cpu_seconds", outcome.cpu_seconds}, {"peak_memory_bytes", outcome.peak_memory_bytes}};
}

CommandOutcome outcome_of_json(const Json& json) {
  return {.exit_status = json.at("exit_status").get<int>(),
          .signal = json.at("signal").get<int>(),
          .stopped = json.at("stopped").get<bool>(),
          .overdue = json.at("overdue").get<bool>(),
          .command = json.at("command").get<std::size_t>(),
          .wall_seconds = json.at("wall_seconds").get<double>(),
          .cpu_seconds = json.at("cpu_seconds").get<double>(),
          .peak_memory_bytes = json.at("peak_memory_bytes").get<std::int64_t>()};
}

Json parse_job_json(std::string_view text, const std::string& name) {
  Json json = parse_json(text, name, ErrorKind::Corruption);
  const auto version = json.is_object() ? json.find("dvx_job") : json.end();
  if (!json.is_object() || version == json.end() || !version->is_number_integer())
    fail_with_damaged_job(name, "it has no version");
  if (version->get<int>() > kJobVersion) {
    throw Error(ErrorKind::Config, fmt::format("'{}' was written by a newer dvx", name),
                "the same dvx must be on all machines");
  }
  return json;
}

void fail_with_damaged_job(const std::string& name, const std::string& what) {
  throw Error(ErrorKind::Corruption, fmt::format("'{}' is damaged: {}", name, what), "dvx queue cancel",
              name);
}

}  // namespace dvx
