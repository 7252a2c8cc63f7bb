#include "core/remote/remote_records.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/metafile/canonical_json.h"
#include "objects/store/remote_layout.h"

namespace dvx {

namespace {

constexpr int kRootVersion = 1;
constexpr int kRunListVersion = 1;
// From this many lists on, a push makes one of them.
constexpr std::size_t kManyLists = 16;

[[noreturn]] void corrupt(const std::string& name) {
  throw Error(ErrorKind::Corruption, fmt::format("'{}' on the remote is damaged", name), {}, name);
}

ObjectId id_from(const nlohmann::json& value, const std::string& name) {
  const auto id = value.is_string() ? ObjectId::parse(value.get<std::string>()) : std::nullopt;
  if (!id) corrupt(name);
  return *id;
}

nlohmann::json parse_checked(std::string_view text, const std::string& name, const char* format,
                             int version) {
  nlohmann::json json = parse_json(text, name, ErrorKind::Corruption);
  if (!json.is_object() || !json.contains(format) || !json[format].is_number_integer()) corrupt(name);
  if (json[format].get<int>() > version) {
    throw Error(ErrorKind::Config, fmt::format("'{}' on the remote was written by a newer dvx", name));
  }
  return json;
}

// Written under the hash of its content, so what is there already need not be looked at.
std::string write_named_by_hash(Backend& backend, const std::string& prefix, const std::string& bytes) {
  const std::string name = fmt::format("{}{}.json", prefix, ObjectId::of(bytes).to_hex());
  StringSource source(bytes);
  backend.write_if_absent(name, source, bytes.size());
  return name;
}

std::string read_named_by_hash(Backend& backend, const std::string& name, const std::string& cache) {
  const auto id = id_of_remote_name(name);
  const std::string kept = join_path(cache, file_name(name));
  if (const auto bytes = read_file_if_exists(kept); bytes && id && ObjectId::of(*bytes) == *id) return *bytes;
  std::string bytes = read_all(backend, name);
  if (!id || ObjectId::of(bytes) != *id) corrupt(name);
  make_directories(cache);
  write_file_atomically(kept, bytes, 0666, Durability::Relaxed);
  return bytes;
}

}  // namespace

std::string serialize_remote_root(const RemoteRoot& root) {
  nlohmann::json json = {{"dvx-root", kRootVersion}, {"project", root.project}, {"commit", root.commit}};
  json["data"] = nlohmann::json::array();
  for (const RootData& entry : root.data) {
    json["data"].push_back({{"path", path_to_json_text(entry.path)},
                            {"kind", entry.data.kind == DataKind::Tree ? "tree" : "file"},
                            {"id", entry.data.id.to_string()},
                            {"size", entry.data.size},
                            {"files", entry.data.files}});
  }
  json["runs"] = nlohmann::json::array();
  for (const ObjectId& run : root.runs) json["runs"].push_back(run.to_string());
  return canonical_json(json) + "\n";
}

RemoteRoot parse_remote_root(std::string_view text, const std::string& name) {
  const nlohmann::json json = parse_checked(text, name, "dvx-root", kRootVersion);
  RemoteRoot root;
  try {
    root.project = json.at("project").get<std::string>();
    root.commit = json.at("commit").get<std::string>();
    for (const auto& entry : json.at("data")) {
      RootData data;
      data.path = path_from_json_text(entry.at("path").get<std::string>());
      const auto kind = entry.at("kind").get<std::string>();
      if (kind != "tree" && kind != "file") corrupt(name);
      data.data.kind = kind == "tree" ? DataKind::Tree : DataKind::File;
      data.data.id = id_from(entry.at("id"), name);
      data.data.size = entry.at("size").get<std::uint64_t>();
      data.data.files = entry.at("files").get<std::uint64_t>();
      root.data.push_back(std::move(data));
    }
    for (const auto& run : json.at("runs")) root.runs.push_back(id_from(run, name));
  } catch (const nlohmann::json::exception&) {
    corrupt(name);
  }
  return root;
}

std::string serialize_run_list(const std::set<RunCacheEntry>& runs) {
  nlohmann::json json = {{"dvx-runs", kRunListVersion}, {"runs", nlohmann::json::array()}};
  for (const RunCacheEntry& entry : runs) {
    json["runs"].push_back(nlohmann::json::array({entry.key.to_string(), entry.run.to_string()}));
  }
  return canonical_json(json) + "\n";
}

std::set<RunCacheEntry> parse_run_list(std::string_view text, const std::string& name) {
  const nlohmann::json json = parse_checked(text, name, "dvx-runs", kRunListVersion);
  std::set<RunCacheEntry> runs;
  try {
    for (const auto& pair : json.at("runs")) {
      if (!pair.is_array() || pair.size() != 2) corrupt(name);
      runs.insert({id_from(pair[0], name), id_from(pair[1], name)});
    }
  } catch (const nlohmann::json::exception&) {
    corrupt(name);
  }
  return runs;
}

void publish_root(Backend& backend, const RemoteRoot& root) {
  write_named_by_hash(backend, remote_root_prefix(root.project), serialize_remote_root(root));
}

RemoteRuns::RemoteRuns(Backend& backend, std::string project, std::string cache)
    : backend_(backend), project_(std::move(project)) {
  load(cache);
}

void RemoteRuns::load(const std::string& cache) {
  backend_.list(remote_runs_prefix(project_),
                [&](const BackendEntry& entry) { names_.push_back(entry.name); });
  for (const std::string& name : names_) {
    try {
      all_.merge(parse_run_list(read_named_by_hash(backend_, name, cache), name));
    } catch (const Error& e) {
      // Put together with others since it was listed; the runs it named are found at the next fetch.
      if (e.kind() != ErrorKind::NotFound) throw;
    }
  }
}

void RemoteRuns::publish(const std::vector<RunCacheEntry>& runs) {
  std::set<RunCacheEntry> fresh;
  std::copy_if(runs.begin(), runs.end(), std::inserter(fresh, fresh.end()),
               [&](const RunCacheEntry& entry) { return !all_.contains(entry); });
  if (fresh.empty()) return;
  all_.insert(fresh.begin(), fresh.end());
  const bool merge = names_.size() >= kManyLists;
  const std::string written =
      write_named_by_hash(backend_, remote_runs_prefix(project_), serialize_run_list(merge ? all_ : fresh));
  if (!merge) return names_.push_back(written);
  for (const std::string& name : names_) {
    if (name != written) backend_.remove(name);
  }
  names_ = {written};
}

}  // namespace dvx
