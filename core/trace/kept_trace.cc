#include "core/trace/kept_trace.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/metafile/canonical_json.h"
#include "objects/model/object_id.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

// Names of stages may hold slashes and be longer than a file's.
std::string file_of(Repository& repository, const std::string& stage) {
  return join_path(repository.dvx_dir(), fmt::format("traces/{}.json", ObjectId::of(stage).to_hex()));
}

Json json_of(const std::vector<UsedPath>& paths) {
  Json list = Json::array();
  for (const UsedPath& used : paths) list.push_back(paths_to_json(used.names));
  return list;
}

std::vector<UsedPath> used_of(const Json& list) {
  std::vector<UsedPath> used;
  for (const Json& names : list) {
    used.push_back({paths_from_json(names)});
    if (used.back().names.empty()) used.pop_back();
  }
  return used;
}

FileUse use_of(const Json& json) {
  return {.read = used_of(json.at("read")),
          .listed = used_of(json.at("listed")),
          .written = used_of(json.at("written")),
          .made = paths_from_json(json.at("made")),
          .removed = used_of(json.at("removed")),
          .missing = paths_from_json(json.at("missing")),
          .unseen = paths_from_json(json.at("unseen"))};
}

}  // namespace

void keep_trace(Repository& repository, const std::string& stage, const KeptTrace& trace) {
  const FileUse& use = trace.use;
  const std::string file = file_of(repository, stage);
  make_directories(parent_path(file));
  const Json json = {{"dvx_trace", kVersion},
                     {"stage", stage},
                     {"read", json_of(use.read)},
                     {"listed", json_of(use.listed)},
                     {"written", json_of(use.written)},
                     {"made", paths_to_json(use.made)},
                     {"removed", json_of(use.removed)},
                     {"missing", paths_to_json(use.missing)},
                     {"unseen", paths_to_json(use.unseen)},
                     {"declared", paths_to_json(trace.also_declared)}};
  write_file_atomically(file, canonical_json(json), 0666, Durability::Relaxed);
}

std::optional<KeptTrace> find_trace(Repository& repository, const std::string& stage) {
  const std::string file = file_of(repository, stage);
  const auto text = read_file_if_exists(file);
  if (!text) return std::nullopt;
  try {
    const Json json = parse_json(*text, file);
    if (json.at("dvx_trace") != kVersion || json.at("stage") != stage) return std::nullopt;
    return KeptTrace{use_of(json), paths_from_json(json.at("declared"))};
  } catch (const Error&) {
    return std::nullopt;  // cut short, as it need not be durable
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace dvx
