#include "core/execution/trace/file_use_json.h"

#include <nlohmann/json.hpp>

#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

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

}  // namespace

Json json_of_use(const FileUse& use) {
  return {{"read", json_of(use.read)},          {"listed", json_of(use.listed)},
          {"written", json_of(use.written)},    {"made", paths_to_json(use.made)},
          {"removed", json_of(use.removed)},    {"missing", paths_to_json(use.missing)},
          {"unseen", paths_to_json(use.unseen)}};
}

FileUse use_of_json(const Json& json) {
  return {.read = used_of(json.at("read")),
          .listed = used_of(json.at("listed")),
          .written = used_of(json.at("written")),
          .made = paths_from_json(json.at("made")),
          .removed = used_of(json.at("removed")),
          .missing = paths_from_json(json.at("missing")),
          .unseen = paths_from_json(json.at("unseen"))};
}

}  // namespace dvx
