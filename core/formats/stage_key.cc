#include "core/formats/stage_key.h"

#include <nlohmann/json.hpp>

#include "core/formats/text/canonical_json.h"
#include "core/formats/pipeline/stage_shell.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

Json output_fields(const StageOutput& out) {
  Json fields = Json::object();
  fields["cache"] = out.cache;
  fields["persist"] = out.persist;
  return fields;
}

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

Json stage_key_fields(const Stage& stage, const StageInputs& inputs) {
  Json deps = Json::object();
  for (const StageDependency& dep : stage.deps) {
    deps[path_to_json_text(dep.path)] = key_content(inputs.deps.at(dep.path));
  }
  Json outs = Json::object();
  for (const StageOutput& out : stage.outs) outs[path_to_json_text(out.path)] = output_fields(out);
  Json tools = Json::object();
  for (const std::string& tool : stage.tools) tools[tool] = inputs.tools.at(tool);
  // One by one: a list of initializers would copy each of them.
  Json fields = Json::object();
  fields["version"] = kKeyVersion;
  fields["commands"] = stage.commands;
  fields["wdir"] = path_to_json_text(stage.wdir);
  fields["deps"] = std::move(deps);
  fields["params"] = inputs.params->is_null() ? Json::object() : *inputs.params;
  fields["env"] = Json(stage.env);
  fields["tools"] = std::move(tools);
  fields["outs"] = std::move(outs);
  // Left out where there are none, so that keys from before there were such fields stay what they are.
  if (!stage.urls.empty()) fields["urls"] = inputs.urls;
  if (!stage.stage_deps.empty()) fields["stages"] = inputs.needed_stages;
  if (!stage.execution.shell.empty()) fields["shell"] = stage.execution.shell;
  for (const auto& [path, content] : inputs.imports) fields["imports"][path_to_json_text(path)] = content;
  if (stage.execution.sandbox) fields["sandbox"] = true;
  if (stops_at_failing_line(stage)) fields["stops"] = "at failing line";
  if (stage.each) {
    fields["each"] = {{"in", path_to_json_text(stage.each->in)}, {"out", path_to_json_text(stage.each->out)}};
  }
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
