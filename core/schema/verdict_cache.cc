#include "core/schema/verdict_cache.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

// Goes up when the meaning of a rule changes, so that old verdicts are not believed.
constexpr int kVersion = 1;

Json to_json(const SchemaViolation& violation) {
  Json json = {{"rule", violation.rule}, {"message", violation.message}};
  if (violation.line) json["line"] = *violation.line;
  if (violation.row) json["row"] = *violation.row;
  if (!violation.field.empty()) json["field"] = violation.field;
  if (!violation.value.empty()) json["value"] = violation.value;
  return json;
}

SchemaViolation violation_from_json(const Json& json) {
  SchemaViolation violation;
  violation.rule = json.at("rule").get<std::string>();
  violation.message = json.at("message").get<std::string>();
  if (json.contains("line")) violation.line = json.at("line").get<std::uint64_t>();
  if (json.contains("row")) violation.row = json.at("row").get<std::uint64_t>();
  violation.field = json.value("field", "");
  violation.value = json.value("value", "");
  return violation;
}

FileVerdict verdict_from_json(const Json& json) {
  FileVerdict verdict;
  verdict.rows = json.at("rows").get<std::uint64_t>();
  verdict.violation_count = json.at("violationCount").get<std::uint64_t>();
  for (const Json& violation : json.at("violations"))
    verdict.violations.push_back(violation_from_json(violation));
  return verdict;
}

}  // namespace

VerdictCache::VerdictCache(std::string directory, std::string engine_build)
    : directory_(std::move(directory)), engine_build_(std::move(engine_build)) {}

std::string VerdictCache::path_of(const ObjectId& data, const ObjectId& schema, std::string_view kind) const {
  const std::string key = ObjectId::of(fmt::format("{}\n{}\n{}\n{}\n{}", kVersion, data.to_hex(),
                                                   schema.to_hex(), kind, engine_build_))
                              .to_hex();
  return fmt::format("{}/{}/{}.json", directory_, key.substr(0, 2), key.substr(2));
}

std::optional<FileVerdict> VerdictCache::find(const ObjectId& data, const ObjectId& schema,
                                              std::string_view kind) const {
  const auto text = read_file_if_exists(path_of(data, schema, kind));
  if (!text) return std::nullopt;
  try {
    return verdict_from_json(Json::parse(*text));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

void VerdictCache::put(const ObjectId& data, const ObjectId& schema, std::string_view kind,
                       const FileVerdict& verdict) const {
  Json violations = Json::array();
  for (const SchemaViolation& violation : verdict.violations) violations.push_back(to_json(violation));
  const Json json = {{"version", kVersion},
                     {"data", data.to_string()},
                     {"schema", schema.to_string()},
                     {"engine", engine_build_},
                     {"rows", verdict.rows},
                     {"violationCount", verdict.violation_count},
                     {"violations", std::move(violations)}};
  const std::string path = path_of(data, schema, kind);
  try {
    make_directories(parent_path(path));
    write_file_atomically(path, json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n", 0666,
                          Durability::Relaxed);
  } catch (const Error&) {
    // Read-only, or full: the next check takes longer, that is all.
  }
}

}  // namespace dvx
