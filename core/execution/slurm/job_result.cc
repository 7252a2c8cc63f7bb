#include "core/execution/slurm/job_result.h"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "core/execution/slurm/job_json.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr JobEnd kEnds[] = {JobEnd::Ran, JobEnd::UpToDate, JobEnd::Restored, JobEnd::Failed, JobEnd::Stopped};

ObjectId id_of(const Json& text) {
  if (const auto id = ObjectId::parse(text.get<std::string>())) return *id;
  throw Error(ErrorKind::Corruption, "an id is damaged");
}

Json json_of(const SchemaViolation& violation) {
  Json json = {{"path", path_to_json_text(violation.path)},
               {"field", violation.field},
               {"rule", violation.rule},
               {"value", violation.value},
               {"message", violation.message}};
  if (violation.line) json["line"] = *violation.line;
  if (violation.row) json["row"] = *violation.row;
  return json;
}

SchemaViolation violation_of(const Json& json) {
  SchemaViolation violation{.path = path_from_json_text(json.at("path").get<std::string>()),
                            .line = {},
                            .row = {},
                            .field = json.at("field").get<std::string>(),
                            .rule = json.at("rule").get<std::string>(),
                            .value = json.at("value").get<std::string>(),
                            .message = json.at("message").get<std::string>()};
  if (json.contains("line")) violation.line = json.at("line").get<std::uint64_t>();
  if (json.contains("row")) violation.row = json.at("row").get<std::uint64_t>();
  return violation;
}

Json json_of(const StageFailure& failure) {
  Json json = {{"message", failure.message}, {"hint", failure.hint}, {"violations", Json::array()}};
  for (const SchemaViolation& violation : failure.violations)
    json["violations"].push_back(json_of(violation));
  return json;
}

StageFailure failure_of(const Json& json) {
  StageFailure failure{json.at("message").get<std::string>(), json.at("hint").get<std::string>(), {}};
  for (const Json& violation : json.at("violations")) failure.violations.push_back(violation_of(violation));
  return failure;
}

Json json_of(const std::vector<SchemaVerdict>& verdicts) {
  Json list = Json::array();
  for (const SchemaVerdict& verdict : verdicts) {
    list.push_back({{"path", path_to_json_text(verdict.path)},
                    {"schema", path_to_json_text(verdict.schema)},
                    {"schema_id", verdict.schema_id.to_string()},
                    {"valid", verdict.valid},
                    {"violations", verdict.violation_count}});
  }
  return list;
}

std::vector<SchemaVerdict> verdicts_of(const Json& list) {
  std::vector<SchemaVerdict> verdicts;
  for (const Json& json : list) {
    verdicts.push_back({.path = path_from_json_text(json.at("path").get<std::string>()),
                        .schema = path_from_json_text(json.at("schema").get<std::string>()),
                        .schema_id = id_of(json.at("schema_id")),
                        .valid = json.at("valid").get<bool>(),
                        .violation_count = json.at("violations").get<std::uint64_t>(),
                        .violations = {}});
  }
  return verdicts;
}

Json json_of(const std::vector<ObjectId>& ids) {
  Json list = Json::array();
  for (const ObjectId& id : ids) list.push_back(id.to_string());
  return list;
}

Json json_of(const StageTrace& trace) {
  Json findings = Json::array();
  for (const TraceFinding& finding : trace.findings) {
    findings.push_back({{"kind", trace_finding_name(finding.kind)},
                        {"path", path_to_json_text(finding.path)},
                        {"files", finding.files}});
  }
  return {{"findings", std::move(findings)},
          {"missing", paths_to_json(trace.missing)},
          {"unseen", paths_to_json(trace.unseen)}};
}

StageTrace trace_of(const Json& json) {
  constexpr TraceFindingKind kKinds[] = {TraceFindingKind::UndeclaredRead, TraceFindingKind::UndeclaredWrite,
                                         TraceFindingKind::UndeclaredRemoval,
                                         TraceFindingKind::UnreadDependency};
  StageTrace trace{.findings = {},
                   .missing = paths_from_json(json.at("missing")),
                   .unseen = paths_from_json(json.at("unseen"))};
  for (const Json& object : json.at("findings")) {
    const auto kind = std::ranges::find(kKinds, object.at("kind").get<std::string>(), trace_finding_name);
    if (kind == std::end(kKinds)) throw Error(ErrorKind::Corruption, "a finding of its trace is not known");
    trace.findings.push_back({.kind = *kind,
                              .path = path_from_json_text(object.at("path").get<std::string>()),
                              .files = object.at("files").get<std::size_t>()});
  }
  return trace;
}

JobResult result_of(const Json& json) {
  JobResult result;
  result.id = json.at("id").get<std::string>();
  result.slurm_job = json.at("slurm_job").get<std::string>();
  const auto end = std::ranges::find(kEnds, json.at("end").get<std::string>(), job_end_name);
  if (end == std::end(kEnds)) throw Error(ErrorKind::Corruption, "its end is not known");
  result.end = *end;
  result.failure = failure_of(json.at("failure"));
  result.key_fields = json.at("key_fields");
  result.seen = paths_of_json(json.at("seen"));
  result.outs = paths_of_json(json.at("outs"));
  if (json.contains("run")) result.run = id_of(json.at("run"));
  result.outcome = outcome_of_json(json.at("outcome"));
  result.git = {json.at("git_commit").get<std::string>(), json.at("git_dirty").get<bool>()};
  result.findings.started_ns = json.at("started").get<std::int64_t>();
  result.findings.machine = json.at("machine").get<std::string>();
  result.findings.verdicts = verdicts_of(json.at("schemas"));
  for (const Json& tree : json.at("trees")) result.trees.push_back(id_of(tree));
  if (json.contains("trace")) result.trace = trace_of(json.at("trace"));
  return result;
}

}  // namespace

std::string_view job_end_name(JobEnd end) {
  switch (end) {
    case JobEnd::Ran:
      return "ran";
    case JobEnd::UpToDate:
      return "up-to-date";
    case JobEnd::Restored:
      return "restored";
    case JobEnd::Failed:
      return "failed";
    case JobEnd::Stopped:
      return "stopped";
  }
  return "unknown";
}

std::string serialize_job_result(const JobResult& result) {
  Json json = {{"dvx_job", kJobVersion},
               {"id", result.id},
               {"slurm_job", result.slurm_job},
               {"end", job_end_name(result.end)},
               {"failure", json_of(result.failure)},
               {"key_fields", result.key_fields},
               {"seen", json_of_paths(result.seen)},
               {"outs", json_of_paths(result.outs)},
               {"outcome", json_of_outcome(result.outcome)},
               {"git_commit", result.git.commit},
               {"git_dirty", result.git.dirty},
               {"started", result.findings.started_ns},
               {"machine", result.findings.machine},
               {"schemas", json_of(result.findings.verdicts)},
               {"trees", json_of(result.trees)}};
  if (result.run) json["run"] = result.run->to_string();
  if (result.trace) json["trace"] = json_of(*result.trace);
  return canonical_json(json) + "\n";
}

JobResult parse_job_result(std::string_view text, const std::string& name) {
  const Json json = parse_job_json(text, name);
  try {
    return result_of(json);
  } catch (const Json::exception& error) {
    fail_with_damaged_job(name, error.what());
  } catch (const Error& error) {
    fail_with_damaged_job(name, error.message());
  }
}

}  // namespace dvx
