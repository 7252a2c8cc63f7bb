// add_stage_to_text(): the user's text is spliced, never written anew, so comments and layout stay.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/formats/pipeline/template_text.h"
#include "core/formats/text/text_splice.h"

namespace dvx {
namespace {

using Kind = YamlNode::Kind;

// Text of one stage, line by line.
class StageText {
 public:
  StageText(const Stage& stage, std::size_t indent) : stage_(stage), indent_(indent) {}

  std::string make() {
    line(0, yaml_scalar(local_stage_name(stage_)) + ":");
    commands();
    const std::string directory = parent_path(stage_.file);
    if (stage_.wdir != directory) line(1, "wdir: " + yaml_scalar(path_from(stage_.wdir, directory)));
    if (!stage_.desc.empty()) line(1, "desc: " + yaml_scalar(stage_.desc));
    dependencies();
    parameters();
    outputs("outs", OutputKind::Data);
    outputs("metrics", OutputKind::Metric);
    outputs("plots", OutputKind::Plot);
    named_values("env", stage_.env);
    if (!stage_.tools.empty()) line(1, "tools:");
    for (const std::string& tool : stage_.tools) line(2, "- " + yaml_scalar(tool));
    if (stage_.frozen) line(1, "frozen: true");
    if (stage_.always_changed) line(1, "always_changed: true");
    named_values("meta", stage_.meta);
    return std::move(text_);
  }

 private:
  void line(std::size_t level, const std::string& content) {
    text_ += std::string(indent_ * (level + 1), ' ') + content + "\n";
  }

  // Beneath "- name:", whose name stands two columns in.
  void nested(const std::string& content) { line(2, "    " + content); }

  std::string path(const std::string& from_root) const {
    return yaml_scalar(path_from(from_root, stage_.wdir));
  }

  void commands() {
    if (stage_.commands.size() == 1) {
      line(1, "cmd: " + yaml_scalar(stage_.commands[0]));
      return;
    }
    line(1, "cmd:");
    for (const std::string& command : stage_.commands) line(2, "- " + yaml_scalar(command));
  }

  void dependencies() {
    if (!stage_.deps.empty() || !stage_.stage_deps.empty() || !stage_.urls.empty()) line(1, "deps:");
    for (const std::string& name : stage_.stage_deps) line(2, "- stage: " + yaml_scalar(name));
    for (const std::string& url : stage_.urls) line(2, "- " + yaml_scalar(url));
    for (const StageDependency& dependency : stage_.deps) {
      line(2, "- " + path(dependency.path) + (dependency.schema.empty() ? "" : ":"));
      if (!dependency.schema.empty()) nested("schema: " + path(dependency.schema));
    }
  }

  void parameters() {
    if (!stage_.params.empty()) line(1, "params:");
    for (const StageParams& params : stage_.params) {
      const bool by_default = params.file == join_path(stage_.wdir, "params.yaml") && !params.keys.empty();
      if (!by_default) line(2, "- " + path(params.file) + ":");
      for (const std::string& key : params.keys) line(2, (by_default ? "- " : "    - ") + yaml_scalar(key));
    }
  }

  void outputs(const std::string& field, OutputKind kind) {
    const auto is_kind = [kind](const StageOutput& output) { return output.kind == kind; };
    if (std::ranges::any_of(stage_.outs, is_kind)) line(1, field + ":");
    for (const StageOutput& output : stage_.outs) {
      if (output.kind == kind) output_entry(output);
    }
  }

  void output_entry(const StageOutput& output) {
    std::vector<std::string> flags;
    if (!output.cache) flags.emplace_back("cache: false");
    if (output.persist) flags.emplace_back("persist: true");
    if (!output.push) flags.emplace_back("push: false");
    if (!output.remote.empty()) flags.push_back("remote: " + yaml_scalar(output.remote));
    if (!output.schema.empty()) flags.push_back("schema: " + path(output.schema));
    if (!output.about.desc.empty()) flags.push_back("desc: " + yaml_scalar(output.about.desc));
    if (output.compare != "bitwise") flags.push_back("compare: " + yaml_scalar(output.compare));
    line(2, "- " + path(output.path) + (flags.empty() ? "" : ":"));
    for (const std::string& flag : flags) nested(flag);
  }

  void named_values(const std::string& field, const std::map<std::string, std::string>& values) {
    if (!values.empty()) line(1, field + ":");
    for (const auto& [name, value] : values) line(2, yaml_scalar(name) + ": " + yaml_scalar(value));
  }

  const Stage& stage_;
  std::size_t indent_;  // spaces a level
  std::string text_;
};

bool blank_line_before(std::string_view text, std::size_t offset) {
  const std::size_t line_start = text.rfind('\n', offset == 0 ? 0 : offset - 1);
  if (line_start == std::string_view::npos || line_start == 0) return false;
  const std::size_t word = text.find_last_not_of(" \t\r", line_start - 1);
  return word != std::string_view::npos && text[word] == '\n';
}

std::string spliced(std::string_view text, std::size_t at, std::string addition) {
  const bool line_open = at > 0 && text[at - 1] != '\n';
  if (line_open) addition.insert(0, "\n");
  return fmt::format("{}{}{}", text.substr(0, at), with_line_ends_of(text, addition), text.substr(at));
}

[[noreturn]] void refuse_braces(const YamlNode& node, const std::string& file) {
  yaml_error(node, file, "written in braces; a stage can only be added to a block",
             "write one stage a line, indented");
}

// Where the last stage that stands in this block itself begins; merged ones stand elsewhere.
std::size_t last_stage_begin(const YamlNode& stages) {
  std::size_t last = stages.begin().offset;
  for (const auto& [name, body] : stages.fields()) {
    if (!name.is_shared()) last = std::max(last, name.begin().offset);
  }
  return last;
}

bool in_braces(std::string_view text, const YamlNode& node) {
  return node.begin().offset < text.size() && text[node.begin().offset] == '{';
}

std::string splice_stage(std::string_view text, const std::string& file, const Stage& stage) {
  const YamlNode root = parse_yaml(text, file);
  if (root.kind() == Kind::Map && in_braces(text, root)) refuse_braces(root, file);
  const YamlNode* stages = root.find("stages");
  if (stages == nullptr) return spliced(text, text.size(), "stages:\n" + StageText(stage, 2).make());
  if (stages->kind() == Kind::Null) {
    return spliced(text, next_line(text, stages->end().offset), StageText(stage, 2).make());
  }
  yaml_refuse_shared(*stages, file, "'stages'");
  if (in_braces(text, *stages)) refuse_braces(*stages, file);
  const std::size_t indent = stages->begin().column - 1;
  std::string addition = StageText(stage, indent).make();
  const bool apart = stages->fields().size() > 1 && blank_line_before(text, last_stage_begin(*stages));
  if (apart) addition.insert(0, "\n");
  return spliced(text, end_of_block(text, stages->end().offset, indent), addition);
}

}  // namespace

std::string add_stage_to_text(std::string_view text, const std::string& file, const Stage& stage,
                              const PipelineReading& reading) {
  const PipelineFile before = parse_pipeline(text, file, reading);
  const auto taken = std::ranges::find_if(before.stages, [&](const Stage& other) {
    return other.name == stage.name || other.group == stage.name;
  });
  if (taken != before.stages.end()) {
    throw Error{ErrorKind::Blocked,
                fmt::format("{}:{}: stage '{}' is there already", display_path(file), taken->position.line,
                            stage.name),
                "dvx stage list", file};
  }
  Stage placed = stage;
  placed.file = file;
  std::string result = splice_stage(text, file, placed);
  // What was written must be what was meant, or the file stays as it is.
  const PipelineFile after = parse_pipeline(result, file, reading);
  const bool has_template = std::ranges::any_of(stage.commands, is_template);
  const bool as_meant = after.stages.size() == before.stages.size() + 1 &&
                        after.stages.back().name == stage.name &&
                        (has_template || after.stages.back().commands == stage.commands);
  if (!as_meant) {
    throw Error{ErrorKind::Internal,
                fmt::format("{}: cannot find the place for stage '{}'", display_path(file), stage.name),
                "add the stage by hand", file};
  }
  return result;
}

}  // namespace dvx
