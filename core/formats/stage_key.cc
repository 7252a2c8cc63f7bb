#include "core/formats/stage_key.h"

#include <nlohmann/json.hpp>

#include "core/formats/pipeline/stage_shell.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

Json output_fields(const StageOutput& out) {
  Json fields = Json::object();
  fields["cache"] = out.cache;
  fields["persist"] = out.persist;
  return fields;
}

Json deps_of(const Stage& stage, const StageInputs& inputs) {
  Json deps = Json::object();
  for (const StageDependency& dep : stage.deps) {
    deps[path_to_json_text(dep.path)] = key_content(inputs.deps.at(dep.path));
  }
  return deps;
}

Json imports_of(const Stage& /*stage*/, const StageInputs& inputs) {
  Json imports;
  for (const auto& [path, content] : inputs.imports) imports[path_to_json_text(path)] = content;
  return imports;
}

Json tools_of(const Stage& stage, const StageInputs& inputs) {
  Json tools = Json::object();
  for (const std::string& tool : stage.tools) tools[tool] = inputs.tools.at(tool);
  return tools;
}

Json outs_of(const Stage& stage, const StageInputs& /*inputs*/) {
  Json outs = Json::object();
  for (const StageOutput& out : stage.outs) outs[path_to_json_text(out.path)] = output_fields(out);
  return outs;
}

Json each_of(const Stage& stage, const StageInputs& /*inputs*/) {
  if (!stage.each) return nullptr;
  return {{"in", path_to_json_text(stage.each->in)}, {"out", path_to_json_text(stage.each->out)}};
}

constexpr KeyFieldRow kRows[] = {
    {KeyField::Commands, "commands", LockPlace::Member,
     [](const Stage& stage, const StageInputs&) { return Json(stage.commands); }},
    {KeyField::Wdir, "wdir", LockPlace::Nowhere,
     [](const Stage& stage, const StageInputs&) { return Json(path_to_json_text(stage.wdir)); }},
    {KeyField::Shell, "shell", LockPlace::EnvironmentIfAny,
     [](const Stage& stage, const StageInputs&) {
       return stage.execution.shell.empty() ? Json() : Json(stage.execution.shell);
     }},
    {KeyField::Deps, "deps", LockPlace::Member, deps_of},
    {KeyField::Imports, "imports", LockPlace::EnvironmentIfAny, imports_of},
    {KeyField::Params, "params", LockPlace::Member,
     [](const Stage&, const StageInputs& inputs) {
       return inputs.params->is_null() ? Json::object() : *inputs.params;
     }},
    {KeyField::Env, "env", LockPlace::Environment,
     [](const Stage& stage, const StageInputs&) { return Json(stage.env); }},
    {KeyField::Tools, "tools", LockPlace::Environment, tools_of},
    {KeyField::Urls, "urls", LockPlace::EnvironmentIfAny,
     [](const Stage& stage, const StageInputs& inputs) {
       return stage.urls.empty() ? Json() : Json(inputs.urls);
     }},
    {KeyField::Stages, "stages", LockPlace::EnvironmentIfAny,
     [](const Stage& stage, const StageInputs& inputs) {
       return stage.stage_deps.empty() ? Json() : Json(inputs.needed_stages);
     }},
    {KeyField::Each, "each", LockPlace::EnvironmentIfAny, each_of},
    {KeyField::Outs, "outs", LockPlace::Nowhere, outs_of},
    {KeyField::Sandbox, "sandbox", LockPlace::EnvironmentIfAny,
     [](const Stage& stage, const StageInputs&) { return stage.execution.sandbox ? Json(true) : Json(); }},
    {KeyField::Stops, "stops", LockPlace::EnvironmentIfAny,
     [](const Stage& stage, const StageInputs&) {
       return stops_at_failing_line(stage) ? Json("at failing line") : Json();
     }},
    {KeyField::Version, "version", LockPlace::Nowhere,
     [](const Stage&, const StageInputs&) { return Json(kKeyVersion); }},
    {KeyField::Recorded, "recorded", LockPlace::EnvironmentIfAny,
     [](const Stage&, const StageInputs&) { return Json(); }},
};

}  // namespace

std::string key_content(const DataRef& data) {
  const char* kind = data.kind == DataKind::Tree ? "tree:" : data.executable ? "executable:" : "file:";
  return kind + data.id.to_hex();
}

std::optional<DataRef> parse_key_content(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, colon);
  const auto id = ObjectId::parse(text.substr(colon + 1));
  const bool is_known = kind == "file" || kind == "executable" || kind == "tree";
  if (!id || !is_known) return std::nullopt;
  return DataRef{.kind = kind == "tree" ? DataKind::Tree : DataKind::File,
                 .id = *id,
                 .executable = kind == "executable"};
}

std::span<const KeyFieldRow> key_field_rows() {
  return kRows;
}

Json stage_key_fields(const Stage& stage, const StageInputs& inputs) {
  Json fields = Json::object();
  for (const KeyFieldRow& row : kRows) {
    Json value = row.value(stage, inputs);
    if (!value.is_null()) fields[row.name] = std::move(value);
  }
  return fields;
}

Json lock_environment(const Json& key_fields) {
  Json environment = Json::object();
  for (const KeyFieldRow& row : kRows) {
    if (row.place == LockPlace::Environment) environment[row.name] = key_fields.at(row.name);
    if (row.place == LockPlace::EnvironmentIfAny && key_fields.contains(row.name))
      environment[row.name] = key_fields[row.name];
  }
  return environment;
}

Json key_fields_of_lock(const LockedStage& locked, const Json& now) {
  const Json& environment = locked.environment;
  Json fields = now;
  for (const KeyFieldRow& row : kRows) {
    if (row.place != LockPlace::Environment && row.place != LockPlace::EnvironmentIfAny) continue;
    if (environment.is_object() && environment.contains(row.name)) {
      fields[row.name] = environment[row.name];
    } else if (row.place == LockPlace::Environment) {
      fields[row.name] = Json::object();
    } else {
      fields.erase(row.name);
    }
  }
  fields["commands"] = locked.commands;
  Json deps = Json::object();
  for (const LockedPath& dep : locked.deps) deps[path_to_json_text(dep.path)] = key_content(dep.data);
  fields["deps"] = std::move(deps);
  fields["params"] = locked.params->is_object() ? *locked.params : Json::object();
  return fields;
}

std::string stage_result(const LockedStage& stage) {
  if (stage.outs.empty()) return "key:" + stage.key.to_hex();
  Json outs = Json::object();
  for (const LockedPath& out : stage.outs) outs[path_to_json_text(out.path)] = key_content(out.data);
  return "outs:" + ObjectId::of(canonical_json(outs)).to_hex();
}

ObjectId stage_key(const Json& key_fields) {
  return ObjectId::of(canonical_json(key_fields));
}

}  // namespace dvx
