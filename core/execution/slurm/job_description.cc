#include "core/execution/slurm/job_description.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "core/execution/slurm/job_json.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

std::string path_of(const Json& object, const char* field) {
  return path_from_json_text(object.at(field).get<std::string>());
}

Json json_of(const StageOutput& out) {
  Json json = {{"path", path_to_json_text(out.path)}, {"kind", output_kind_name(out.kind)}};
  if (!out.cache) json["cache"] = false;
  if (out.persist) json["persist"] = true;
  if (!out.schema.empty()) json["schema"] = path_to_json_text(out.schema);
  return json;
}

StageOutput output_of(const Json& json) {
  StageOutput out{.path = path_of(json, "path")};
  for (const OutputKind kind : {OutputKind::Data, OutputKind::Metric, OutputKind::Plot}) {
    if (json.at("kind").get<std::string>() == output_kind_name(kind)) out.kind = kind;
  }
  out.cache = json.value("cache", true);
  out.persist = json.value("persist", false);
  if (json.contains("schema")) out.schema = path_of(json, "schema");
  return out;
}

Json json_of(const StageDemands& demands) {
  Json json = {{"cpus", demands.cpus}, {"retries", demands.retries}};
  if (demands.gpus != 0) json["gpus"] = demands.gpus;
  if (demands.memory != 0) json["memory"] = demands.memory;
  if (!demands.mutexes.empty()) json["mutex"] = demands.mutexes;
  if (demands.timeout) json["timeout_ms"] = demands.timeout->count();
  return json;
}

StageDemands demands_of(const Json& json) {
  StageDemands demands{.cpus = json.at("cpus").get<std::size_t>(),
                       .gpus = json.value("gpus", std::size_t{0}),
                       .memory = json.value("memory", std::uint64_t{0}),
                       .mutexes = json.value("mutex", std::vector<std::string>()),
                       .timeout = {},
                       .retries = json.at("retries").get<std::size_t>()};
  if (json.contains("timeout_ms"))
    demands.timeout = std::chrono::milliseconds(json.at("timeout_ms").get<std::int64_t>());
  return demands;
}

Json json_of(const StageExecution& execution) {
  Json json = {{"shell", execution.shell}, {"sandbox", execution.sandbox}, {"imports", execution.imports}};
  json["trace"] = execution.trace == Trace::Off ? "off" : execution.trace == Trace::Warn ? "warn" : "enforce";
  return json;
}

StageExecution execution_of(const Json& json) {
  StageExecution execution{.executor = "slurm",
                           .shell = json.at("shell").get<std::string>(),
                           .sandbox = json.at("sandbox").get<bool>(),
                           .trace = Trace::Off,
                           .imports = json.at("imports").get<bool>()};
  const auto trace = json.at("trace").get<std::string>();
  if (trace == "warn") execution.trace = Trace::Warn;
  if (trace == "enforce") execution.trace = Trace::Enforce;
  return execution;
}

Json json_of(const Stage& stage) {
  Json json = {{"name", stage.name},
               {"file", path_to_json_text(stage.file)},
               {"commands", stage.commands},
               {"wdir", path_to_json_text(stage.wdir)},
               {"env", stage.env},
               {"tools", stage.tools},
               {"stages", stage.stage_deps},
               {"urls", stage.urls},
               {"always_changed", stage.always_changed},
               {"resources", json_of(stage.demands)},
               {"execution", json_of(stage.execution)},
               {"deps", Json::array()},
               {"params", Json::array()},
               {"outs", Json::array()}};
  for (const StageDependency& dep : stage.deps) {
    Json object = {{"path", path_to_json_text(dep.path)}};
    if (!dep.schema.empty()) object["schema"] = path_to_json_text(dep.schema);
    json["deps"].push_back(std::move(object));
  }
  for (const StageParams& params : stage.params)
    json["params"].push_back({{"file", path_to_json_text(params.file)}, {"keys", params.keys}});
  for (const StageOutput& out : stage.outs) json["outs"].push_back(json_of(out));
  return json;
}

Stage stage_of(const Json& json) {
  Stage stage;
  stage.name = json.at("name").get<std::string>();
  stage.file = path_of(json, "file");
  stage.commands = json.at("commands").get<std::vector<std::string>>();
  stage.wdir = path_of(json, "wdir");
  stage.env = json.at("env").get<std::map<std::string, std::string>>();
  stage.tools = json.at("tools").get<std::vector<std::string>>();
  stage.stage_deps = json.at("stages").get<std::vector<std::string>>();
  stage.urls = json.at("urls").get<std::vector<std::string>>();
  stage.always_changed = json.at("always_changed").get<bool>();
  stage.demands = demands_of(json.at("resources"));
  stage.execution = execution_of(json.at("execution"));
  for (const Json& dep : json.at("deps"))
    stage.deps.push_back({path_of(dep, "path"), dep.contains("schema") ? path_of(dep, "schema") : ""});
  for (const Json& params : json.at("params"))
    stage.params.push_back({path_of(params, "file"), params.at("keys").get<std::vector<std::string>>()});
  for (const Json& out : json.at("outs")) stage.outs.push_back(output_of(out));
  return stage;
}

Json json_of(const JobUpstream& upstream) {
  Json json = {{"stage", upstream.stage}, {"outs", paths_to_json(upstream.outs)}};
  if (!upstream.job.empty()) json["job"] = upstream.job;
  if (upstream.frozen) json["frozen"] = true;
  return json;
}

JobUpstream upstream_of(const Json& json) {
  return {.stage = json.at("stage").get<std::string>(),
          .outs = paths_from_json(json.at("outs")),
          .job = json.value("job", ""),
          .frozen = json.value("frozen", false)};
}

}  // namespace

std::string serialize_job(const JobDescription& job) {
  Json json = {{"dvx_job", kJobVersion},           {"id", job.id},
               {"stage", json_of(job.stage)},      {"upstream", Json::array()},
               {"force", job.force == Force::Yes}, {"environment", Json::object()},
               {"submitted", job.submitted_ns},    {"why", job.why}};
  for (const JobUpstream& upstream : job.upstream) json["upstream"].push_back(json_of(upstream));
  for (const auto& [name, value] : job.environment) json["environment"][name] = path_to_json_text(value);
  return canonical_json(json) + "\n";
}

JobDescription parse_job(std::string_view text, const std::string& name) {
  const Json json = parse_job_json(text, name);
  try {
    JobDescription job;
    job.id = json.at("id").get<std::string>();
    job.stage = stage_of(json.at("stage"));
    for (const Json& upstream : json.at("upstream")) job.upstream.push_back(upstream_of(upstream));
    job.force = json.at("force").get<bool>() ? Force::Yes : Force::No;
    for (const auto& [variable, value] : json.at("environment").items())
      job.environment[variable] = path_from_json_text(value.get<std::string>());
    job.submitted_ns = json.at("submitted").get<std::int64_t>();
    job.why = json.at("why").get<std::string>();
    return job;
  } catch (const Json::exception& error) {
    fail_with_damaged_job(name, error.what());
  }
}

}  // namespace dvx
