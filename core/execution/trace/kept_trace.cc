#include "core/execution/trace/kept_trace.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/execution/trace/file_use_json.h"
#include "core/formats/text/canonical_json.h"
#include "objects/model/object_id.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

// Names of stages may hold slashes and be longer than a file's.
std::string trace_file(Repository& repository, const std::string& stage) {
  return join_path(repository.dvx_dir(), fmt::format("traces/{}.json", ObjectId::of(stage).to_hex()));
}

}  // namespace

void keep_trace(Repository& repository, const std::string& stage, const KeptTrace& trace) {
  const std::string file = trace_file(repository, stage);
  make_directories(parent_path(file));
  Json json = json_of_use(trace.use);
  json["dvx_trace"] = kVersion;
  json["stage"] = stage;
  json["declared"] = paths_to_json(trace.also_declared);
  write_file_atomically(file, canonical_json(json), 0666, Durability::Relaxed);
}

std::optional<KeptTrace> find_trace(Repository& repository, const std::string& stage) {
  const std::string file = trace_file(repository, stage);
  const auto text = read_file_if_exists(file);
  if (!text) return std::nullopt;
  try {
    const Json json = parse_json(*text, file);
    if (json.at("dvx_trace") != kVersion || json.at("stage") != stage) return std::nullopt;
    return KeptTrace{use_of_json(json), paths_from_json(json.at("declared"))};
  } catch (const Error&) {
    return std::nullopt;  // cut short, as it need not be durable
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace dvx
