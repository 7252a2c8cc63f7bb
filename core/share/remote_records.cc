#include "core/share/remote_records.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "objects/model/inner_path.h"
#include "objects/transfer/remote_layout.h"

namespace dvx {

namespace {

constexpr int kRootVersion = 1;
constexpr int kRunListVersion = 1;
// Fewer lists than this are left alone.
constexpr std::size_t kMergeWidth = 8;

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

constexpr std::string_view kRecordsHead = R"({"dvx-runs":1,"runs":[)";
constexpr std::string_view kOutputsHead = R"({"dvx-runs":1,"outputs":true,"runs":[)";

void sort_once(RunEntries& runs) {
  std::ranges::sort(runs);
  runs.erase(std::unique(runs.begin(), runs.end()), runs.end());
}

RunEntries merged(const RunEntries& a, const RunEntries& b) {
  RunEntries both;
  std::ranges::set_union(a, b, std::back_inserter(both));
  return both;
}

// What dvx writes, at a fraction of the time that reading it as any JSON takes. nullopt for all else.
std::optional<RunList> parse_canonical_run_list(std::string_view text) {
  constexpr std::size_t kId = 7 + 2 * ObjectId::kSize;  // "sha256:" and digits
  constexpr std::size_t kPair = 2 * kId + 7;            // ["…","…"]
  RunList list;
  if (text.starts_with(kOutputsHead)) list.of = RunListOf::Outputs;
  const std::string_view head = list.of == RunListOf::Outputs ? kOutputsHead : kRecordsHead;
  if (!text.starts_with(head) || !text.ends_with("]}\n")) return std::nullopt;
  text.remove_prefix(head.size());
  text.remove_suffix(3);
  list.runs.reserve(text.size() / kPair);
  while (!text.empty()) {
    const std::string_view pair = text.substr(0, kPair);
    const bool fits = pair.size() == kPair && pair.starts_with("[\"") && pair.ends_with("\"]") &&
                      pair.substr(2 + kId, 3) == "\",\"";
    const auto key = fits ? ObjectId::parse(pair.substr(2, kId)) : std::nullopt;
    const auto run = fits ? ObjectId::parse(pair.substr(5 + kId, kId)) : std::nullopt;
    if (!key || !run) return std::nullopt;
    list.runs.push_back({*key, *run});
    text.remove_prefix(kPair);
    if (text.empty()) break;
    if (text.size() == 1 || text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
  }
  sort_once(list.runs);
  return list;
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
      if (refused_path(data.path)) corrupt(name);
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

// Canonical JSON, put together by hand: a list can be long.
std::string serialize_run_list(const RunList& list) {
  std::string text(list.of == RunListOf::Outputs ? kOutputsHead : kRecordsHead);
  for (const RunCacheEntry& entry : list.runs) {
    if (text.back() == ']') text += ',';
    text += fmt::format("[\"{}\",\"{}\"]", entry.key.to_string(), entry.run.to_string());
  }
  return text + "]}\n";
}

RunList parse_run_list(std::string_view text, const std::string& name) {
  if (auto list = parse_canonical_run_list(text)) return *std::move(list);
  const nlohmann::json json = parse_checked(text, name, "dvx-runs", kRunListVersion);
  RunList list;
  try {
    if (json.value("outputs", false)) list.of = RunListOf::Outputs;
    for (const auto& pair : json.at("runs")) {
      if (!pair.is_array() || pair.size() != 2) corrupt(name);
      list.runs.push_back({id_from(pair[0], name), id_from(pair[1], name)});
    }
  } catch (const nlohmann::json::exception&) {
    corrupt(name);
  }
  sort_once(list.runs);
  return list;
}

void publish_root(Backend& backend, const RemoteRoot& root) {
  write_named_by_hash(backend, remote_root_prefix(root.project), serialize_remote_root(root));
}

RemoteRuns::RemoteRuns(Backend& backend, std::string project, std::string cache)
    : backend_(backend), project_(std::move(project)) {
  load(cache);
}

// Somebody else may put lists together after they were listed; what they became is in the next list.
void RemoteRuns::load(const std::string& cache) {
  constexpr int kTries = 5;
  for (int i = 0; i < kTries; ++i) {
    if (!load_listed(cache)) continue;
    for (const Listed& listed : lists_) add(listed.list);
    drop_unlisted_from_cache(cache);
    return;
  }
  throw Error(ErrorKind::Network, fmt::format("the run lists of remote '{}' keep changing", backend_.url()),
              "run the command again");
}

bool RemoteRuns::load_listed(const std::string& cache) {
  lists_.clear();
  std::vector<std::string> names;
  backend_.list(remote_runs_prefix(project_),
                [&](const BackendEntry& entry) { names.push_back(entry.name); });
  for (const std::string& name : names) {
    try {
      lists_.push_back({name, parse_run_list(read_named_by_hash(backend_, name, cache), name)});
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::NotFound && !backend_.stat(name)) return false;
      throw;
    }
  }
  return true;
}

// Only what has lain there for a while: another process may have read a list that was written since.
void RemoteRuns::drop_unlisted_from_cache(const std::string& cache) const {
  constexpr std::time_t kKeepSeconds = 60 * 60;
  for (const std::string& name : names_in_directory(cache)) {
    const bool is_listed =
        std::ranges::any_of(lists_, [&](const Listed& listed) { return file_name(listed.name) == name; });
    if (is_listed || !name.ends_with(".json")) continue;
    const std::string path = join_path(cache, name);
    const auto st = stat_if_exists(path);
    if (st && ::time(nullptr) - st->st_mtime > kKeepSeconds)
      beneath::remove_file(path);  // else it takes space
  }
}

void RemoteRuns::add(const RunList& list) {
  all_ = merged(all_, list.runs);
  if (list.of == RunListOf::Outputs) with_outputs_ = merged(with_outputs_, list.runs);
}

std::vector<ObjectId> RemoteRuns::with_key(const ObjectId& key) const {
  std::vector<ObjectId> runs;
  for (auto entry = std::ranges::lower_bound(all_, RunCacheEntry{key, ObjectId()});
       entry != all_.end() && entry->key == key; ++entry) {
    runs.push_back(entry->run);
  }
  return runs;
}

void RemoteRuns::publish(RunListOf of, const RunEntries& runs) {
  RunList fresh{of, {}};
  std::ranges::set_difference(runs, of == RunListOf::Outputs ? with_outputs_ : all_,
                              std::back_inserter(fresh.runs));
  if (fresh.runs.empty()) return;
  add(fresh);
  const std::vector<Listed> old = take_small(of);
  for (const Listed& listed : old) fresh.runs = merged(fresh.runs, listed.list.runs);
  const std::string written =
      write_named_by_hash(backend_, remote_runs_prefix(project_), serialize_run_list(fresh));
  for (const Listed& listed : old) {
    if (listed.name != written) backend_.remove(listed.name);
  }
  lists_.push_back({written, std::move(fresh)});
}

// Those that the next list takes in: the smallest ones, as long as the next is not much larger than those
// before it together.
std::vector<RemoteRuns::Listed> RemoteRuns::take_small(RunListOf of) {
  std::ranges::sort(lists_, {}, [](const Listed& listed) { return listed.list.runs.size(); });
  std::size_t total = 0;
  std::vector<Listed> small, rest;
  for (Listed& listed : lists_) {
    const std::size_t size = listed.list.runs.size();
    const bool takes = listed.list.of == of && (small.size() < 2 || size <= 2 * total);
    if (takes) total += size;
    (takes ? small : rest).push_back(std::move(listed));
  }
  if (small.size() >= kMergeWidth) {
    lists_ = std::move(rest);
    return small;
  }
  std::ranges::move(small, std::back_inserter(rest));
  lists_ = std::move(rest);
  return {};
}

}  // namespace dvx
