#include "core/formats/pipeline/pipeline_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "core/formats/pipeline/bash_syntax.h"
#include "core/formats/pipeline/each_paths.h"
#include "core/formats/pipeline/each_reader.h"
#include "core/formats/pipeline/stage_expansion.h"
#include "core/formats/text/canonical_json.h"
#include "core/formats/text/value_text.h"
#include "objects/model/inner_path.h"

namespace dvx {
namespace {

using Kind = YamlNode::Kind;
using Words = std::vector<std::string_view>;

constexpr const char* kDefaultParamsFile = "params.yaml";

// What a place in dvx.yaml takes, what DVC takes there and dvx does not yet, and words people use for ours.
struct Vocabulary {
  Words known, later;
  std::vector<std::pair<std::string_view, std::string_view>> meant = {};
};

const Vocabulary kTopLevel = {
    {"stages", "vars", "params", "metrics", "plots", "artifacts", "shell", "executor"},
    {"datasets"},
    {{"stage", "stages"}}};

const Vocabulary kStage = {
    {"cmd",    "deps",           "params",  "outs",  "metrics", "plots",   "wdir",  "env",     "tools",
     "frozen", "always_changed", "desc",    "meta",  "vars",    "foreach", "do",    "matrix",  "resources",
     "mutex",  "timeout",        "retries", "shell", "each",    "imports", "trace", "sandbox", "executor"},
    {},
    {{"batch", "each: {batch: …}"},
     {"command", "cmd"},
     {"commands", "cmd"},
     {"run", "cmd"},
     {"script", "cmd"},
     {"dependencies", "deps"},
     {"depends", "deps"},
     {"inputs", "deps"},
     {"input", "deps"},
     {"output", "outs"},
     {"outputs", "outs"},
     {"parameters", "params"},
     {"environment", "env"},
     {"workdir", "wdir"},
     {"cwd", "wdir"},
     {"description", "desc"},
     {"variables", "vars"},
     {"for_each", "foreach"}}};

const Vocabulary kDependency = {{"schema"}, {}, {}};

const Vocabulary kOutput = {
    {"cache", "persist", "push", "remote", "schema", "desc", "type", "labels", "meta", "compare"}, {}, {}};

const Vocabulary kPlot = {{"cache", "persist", "push", "remote", "schema", "desc", "type", "labels", "meta",
                           "compare", "template", "x", "y", "x_label", "y_label", "title", "header"},
                          {},
                          {}};

const Vocabulary kPlotDefinition = {{"x", "y", "x_label", "y_label", "title", "template"}, {}, {}};

const Vocabulary kArtifact = {{"path", "desc", "type", "labels", "meta"}, {}, {}};

bool is_url(std::string_view text) {
  return text.find("://") != std::string_view::npos;
}

// A value as text: of a list or a map the canonical JSON.
std::string text_of(const YamlNode& value) {
  return is_composite(value) ? canonical_json(yaml_to_json(value)) : value.scalar();
}

YamlNode parse(std::string_view text, const std::string& file) {
  try {
    return parse_yaml(text, file);
  } catch (const Error& error) {
    const std::string hint = unquoted_placeholder_hint(text);
    throw hint.empty() ? error : Error(error.kind(), error.message(), hint, file);
  }
}

class PipelineReader {
 public:
  PipelineReader(std::string_view text, const std::string& file, const PipelineReading& reading)
      : text_(text), file_(file), reading_(reading), directory_(parent_path(file)) {}

  PipelineFile read(const YamlNode& root) {
    if (root.kind() == Kind::Null) return {};
    check_fields(root, kTopLevel, "a pipeline file");
    StageExpansion expansion(text_, file_, root, reading_);
    if (const YamlNode* shell = root.find("shell")) shell_ = read_shell(expansion.resolve(*shell), file_);
    if (const YamlNode* stages = root.find("stages")) read_stages(*stages, expansion);
    stage_.clear();
    if (const YamlNode* node = root.find("executor")) read_executor(expansion.resolve(*node));
    base_ = directory_;
    if (const YamlNode* node = root.find("params"))
      pipeline_.params_files = read_files(expansion.resolve(*node), "params");
    if (const YamlNode* node = root.find("metrics"))
      pipeline_.metrics_files = read_files(expansion.resolve(*node), "metrics");
    if (const YamlNode* node = root.find("plots")) read_plots(expansion.resolve(*node));
    if (const YamlNode* node = root.find("artifacts")) read_artifacts(expansion.resolve(*node));
    return std::move(pipeline_);
  }

 private:
  [[noreturn]] void fail(const YamlNode& node, const std::string& message,
                         const std::string& hint = {}) const {
    yaml_error(node, file_, stage_.empty() ? message : fmt::format("stage '{}': {}", stage_, message), hint);
  }

  void check_fields(const YamlNode& map, const Vocabulary& words, std::string_view what) const {
    if (map.kind() != Kind::Map) fail(map, fmt::format("{} must be a map, not {}", what, map.kind_name()));
    for (const auto& [key, value] : map.fields()) {
      const std::string& word = key.scalar();
      if (std::ranges::find(words.known, word) != words.known.end()) continue;
      if (std::ranges::find(words.later, word) != words.later.end()) {
        fail(key, fmt::format("'{}' is not supported yet", word),
             "docs/pipelines-reference.md lists the fields there are");
      }
      const auto meant =
          std::ranges::find(words.meant, std::string_view(word), [](const auto& pair) { return pair.first; });
      auto near = nearest_word(word, words.known);
      if (meant != words.meant.end()) near = std::string(meant->second);
      fail(key, fmt::format("unknown field '{}'", word),
           near ? fmt::format("did you mean '{}'?", *near) : "");
    }
  }

  const std::string& string(const YamlNode& node, std::string_view what) const {
    if (node.kind() == Kind::String) return node.scalar();
    const bool scalar = node.kind() == Kind::Bool || node.kind() == Kind::Int || node.kind() == Kind::Float;
    fail(node, fmt::format("'{}' must be a string, not {}", what, node.kind_name()),
         scalar ? fmt::format("put it in quotes: \"{}\"", node.scalar()) : "");
  }

  bool boolean(const YamlNode& node, std::string_view what) const {
    if (node.kind() != Kind::Bool)
      fail(node, fmt::format("'{}' must be true or false, not {}", what, node.kind_name()));
    return node.scalar()[0] == 't' || node.scalar()[0] == 'T';
  }

  // Null, as in "deps:" with nothing behind it, is an empty list.
  const std::vector<YamlNode>& list(const YamlNode& node, std::string_view what) const {
    if (node.kind() != Kind::List && node.kind() != Kind::Null) {
      const bool one = node.kind() == Kind::String;
      fail(node, fmt::format("'{}' must be a list, not {}", what, node.kind_name()),
           one ? fmt::format("{}: [{}]", what, yaml_scalar(node.scalar())) : "");
    }
    return node.items();
  }

  void read_stages(const YamlNode& stages, StageExpansion& expansion) {
    if (stages.kind() == Kind::Null) return;
    if (stages.kind() != Kind::Map) fail(stages, "'stages' must be a map of stages by name");
    pipeline_.stages.reserve(stages.fields().size());
    for (const auto& [name, body] : stages.fields()) check_stage(name, body);
    expansion.each_stage(
        stages, [this](const ExpandedStage& stage) { pipeline_.stages.push_back(read_stage(stage)); });
  }

  // Of the stages that name none themselves.
  void read_executor(const YamlNode& node) {
    const std::string& executor = string(node, "executor");
    if (executor != "local" && executor != "slurm") fail(node, "'executor' must be 'local' or 'slurm'");
    for (Stage& stage : pipeline_.stages) {
      if (stage.execution.executor.empty()) stage.execution.executor = executor;
    }
  }

  // Before variables are put in: what is a slip in every stage of a group is told once, as it is written.
  void check_stage(const YamlNode& name, const YamlNode& body) {
    stage_.clear();
    check_stage_name(name);
    stage_ = name.scalar();
    check_fields(body, kStage, "a stage");
    if (const YamlNode* inner = body.find("do")) check_fields(*inner, kStage, "'do'");
    stage_.clear();
  }

  Stage read_stage(const ExpandedStage& expanded) {
    const YamlNode& body = expanded.body;
    stage_ = expanded.full_name;
    if (!expanded.group.empty()) check_generated_name(expanded.name);
    Stage stage;
    stage.name = stage_address(file_, stage_);
    if (!expanded.group.empty()) stage.group = stage_address(file_, expanded.group);
    stage.file = file_;
    stage.position = expanded.name.begin();
    base_ = directory_;
    if (const YamlNode* wdir = body.find("wdir"))
      base_ = stage.wdir = inner_path(*wdir, "wdir");
    else
      stage.wdir = directory_;
    const YamlNode* cmd = body.find("cmd");
    if (cmd == nullptr) fail(expanded.name, "has no 'cmd'", "cmd: <the command to run>");
    stage.commands = read_commands(*cmd);
    if (const YamlNode* deps = body.find("deps")) read_deps(*deps, stage);
    if (const YamlNode* params = body.find("params")) read_params(*params, stage);
    if (const YamlNode* outs = body.find("outs")) read_outs(*outs, "outs", OutputKind::Data, stage);
    if (const YamlNode* metrics = body.find("metrics"))
      read_outs(*metrics, "metrics", OutputKind::Metric, stage);
    if (const YamlNode* plots = body.find("plots")) read_outs(*plots, "plots", OutputKind::Plot, stage);
    if (const YamlNode* env = body.find("env")) read_env(*env, stage);
    if (const YamlNode* tools = body.find("tools")) read_tools(*tools, stage);
    if (const YamlNode* frozen = body.find("frozen")) stage.frozen = boolean(*frozen, "frozen");
    if (const YamlNode* always = body.find("always_changed"))
      stage.always_changed = boolean(*always, "always_changed");
    stage.demands = read_stage_demands(body, file_, stage_);
    stage.execution = read_stage_execution(body, file_, stage_);
    stage.execution.shell = shell_of(body, stage.commands);
    read_stage_each(body, file_, stage_, base_, stage);
    if (const YamlNode* desc = body.find("desc")) stage.desc = string(*desc, "desc");
    if (const YamlNode* meta = body.find("meta")) read_meta(*meta, stage.meta);
    return stage;
  }

  // What is said of it; else bash for commands that no other shell takes as they are meant.
  std::string shell_of(const YamlNode& body, const std::vector<std::string>& commands) const {
    if (const YamlNode* shell = body.find("shell")) return read_shell(*shell, file_);
    if (shell_) return *shell_;
    return std::ranges::any_of(commands, [](const std::string& command) { return needs_bash(command); })
               ? "bash"
               : "";
  }

  // What is behind the '@' comes from data: anything but what would break a line.
  void check_generated_name(const YamlNode& name) const {
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(stage_, control))
      fail(name, fmt::format("'{}' cannot be the name of a stage", display_path(stage_)));
  }

  // A name is typed on command lines, beside paths and patterns.
  void check_stage_name(const YamlNode& name) const {
    const std::string& text = name.scalar();
    const auto fine = [](char c) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      return letter || c == '_' || c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
    };
    const bool good = !text.empty() && text[0] != '-' && text[0] != '.' && std::ranges::all_of(text, fine);
    if (!good) {
      fail(name, fmt::format("'{}' cannot be the name of a stage", display_path(text)),
           "use letters, digits, '_', '-' and '.'");
    }
  }

  std::vector<std::string> read_commands(const YamlNode& node) const {
    std::vector<std::string> commands;
    if (node.kind() == Kind::List) {
      for (const YamlNode& item : node.items()) commands.push_back(command(item));
    } else {
      commands.push_back(command(node));
    }
    if (commands.empty()) fail(node, "'cmd' is empty");
    return commands;
  }

  std::string command(const YamlNode& node) const {
    const std::string& text = node.kind() == Kind::Null ? node.scalar() : string(node, "cmd");
    if (text.find_first_not_of(" \t\r\n") == std::string::npos) fail(node, "'cmd' is empty");
    return text;
  }

  // A path of the file as a path from the root, which it must not leave.
  std::string inner_path(const YamlNode& node, std::string_view what) const {
    const std::string& text = string(node, what);
    const std::string shown = display_path(text);
    if (text.empty()) fail(node, fmt::format("a path in '{}' is empty", what));
    const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    if (std::ranges::any_of(text, control)) fail(node, fmt::format("'{}' has a control character", shown));
    if (is_url(text)) {
      fail(node, fmt::format("'{}': of data elsewhere only http and https can stand here, and only in 'deps'",
                             shown));
    }
    const std::string path = normalize_path(join_path(base_, text));
    if (text[0] == '/' || path == ".." || path.starts_with("../")) {
      fail(node, fmt::format("'{}' lies outside of the repository", shown),
           "write a path beneath it, relative to dvx.yaml");
    }
    if (const auto reason = path.empty() ? std::nullopt : refused_path(path))
      fail(node, fmt::format("'{}' is refused: {}", shown, *reason));
    return path;
  }

  // As inner_path(), of something that can be read or written by a stage.
  std::string data_path(const YamlNode& node, std::string_view what) const {
    std::string path = inner_path(node, what);
    if (path.empty())
      fail(node, fmt::format("'{}': the whole repository cannot stand in '{}'", node.scalar(), what));
    return path;
  }

  // "path" or "path: {flags}": calls visit(path, flags or null) for each.
  template <typename Visit>
  void each_path(const YamlNode& item, const Visit& visit) const {
    if (item.kind() != Kind::Map) return visit(item, static_cast<const YamlNode*>(nullptr));
    for (const auto& [path, flags] : item.fields())
      visit(path, flags.kind() == Kind::Null ? nullptr : &flags);
  }

  void read_deps(const YamlNode& node, Stage& stage) const {
    for (const YamlNode& item : list(node, "deps")) {
      const YamlNode* of_stage = item.find("stage");
      if (of_stage != nullptr && of_stage->kind() != Kind::Map && item.fields().size() == 1) {
        read_stage_dependency(*of_stage, stage);
        continue;
      }
      each_path(item, [&](const YamlNode& path, const YamlNode* flags) {
        if (path.kind() == Kind::String && is_url(path.scalar())) {
          read_url(path, flags, stage);
        } else {
          read_dependency(path, flags, stage);
        }
      });
    }
  }

  void read_dependency(const YamlNode& path, const YamlNode* flags, Stage& stage) const {
    StageDependency dependency;
    dependency.path = data_path(path, "deps");
    if (flags != nullptr) {
      check_fields(*flags, kDependency, "a dependency");
      if (const YamlNode* schema = flags->find("schema")) dependency.schema = data_path(*schema, "schema");
    }
    const auto same = std::ranges::find(stage.deps, dependency.path, &StageDependency::path);
    if (same == stage.deps.end()) {
      stage.deps.push_back(std::move(dependency));
    } else if (same->schema != dependency.schema) {
      fail(path, fmt::format("dependency '{}' is given twice", path.scalar()));
    }
  }

  // "prepare" of the same file, or "models:train" as the project calls it.
  void read_stage_dependency(const YamlNode& node, Stage& stage) const {
    const std::string& typed = string(node, "stage");
    if (typed.empty()) fail(node, "the name of a stage is empty");
    const std::string name = typed.find(':') == std::string::npos ? stage_address(file_, typed)
                             : typed.front() == ':'               ? typed.substr(1)
                                                                  : typed;
    if (std::ranges::find(stage.stage_deps, name) != stage.stage_deps.end()) return;
    stage.stage_deps.push_back(name);
  }

  void read_url(const YamlNode& node, const YamlNode* flags, Stage& stage) const {
    const std::string& url = node.scalar();
    if (!url.starts_with("http://") && !url.starts_with("https://")) {
      fail(node, fmt::format("'{}': of data elsewhere only http and https can stand here", display_path(url)),
           "fetch it in a stage, and depend on what that writes");
    }
    if (flags != nullptr) check_fields(*flags, {{}, {"schema"}, {}}, "a URL");
    const auto odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
    if (std::ranges::any_of(url, odd))
      fail(node, fmt::format("'{}' is not a URL: it has white space", display_path(url)), "write %20");
    if (std::ranges::find(stage.urls, url) == stage.urls.end()) stage.urls.push_back(url);
  }

  void read_outs(const YamlNode& node, std::string_view what, OutputKind kind, Stage& stage) const {
    for (const YamlNode& item : list(node, what)) {
      each_path(item, [&](const YamlNode& path, const YamlNode* flags) {
        StageOutput output;
        output.kind = kind;
        output.path = data_path(path, what);
        check_output_path(path, output.path);
        const auto same = [&](const StageOutput& other) { return other.path == output.path; };
        if (std::ranges::any_of(stage.outs, same))
          fail(path, fmt::format("output '{}' is given twice", path.scalar()));
        if (flags != nullptr) read_output_flags(*flags, output);
        stage.outs.push_back(std::move(output));
      });
    }
  }

  void check_output_path(const YamlNode& node, const std::string& path) const {
    const std::string_view name = file_name(path);
    const bool ours = name == "dvx.yaml" || name == "dvx.lock" || (name.size() > 4 && name.ends_with(".dvx"));
    if (ours) fail(node, fmt::format("'{}' is a file of dvx and cannot be an output", node.scalar()));
  }

  void read_output_flags(const YamlNode& flags, StageOutput& output) const {
    if (output.kind == OutputKind::Plot && flags.kind() == Kind::List) {  // one file, several drawings
      output.plot["plots"] = canonical_json(yaml_to_json(flags));
      return;
    }
    check_fields(flags, output.kind == OutputKind::Plot ? kPlot : kOutput, "an output");
    if (const YamlNode* cache = flags.find("cache")) output.cache = boolean(*cache, "cache");
    if (const YamlNode* persist = flags.find("persist")) output.persist = boolean(*persist, "persist");
    if (const YamlNode* push = flags.find("push")) output.push = boolean(*push, "push");
    if (const YamlNode* remote = flags.find("remote")) output.remote = string(*remote, "remote");
    if (const YamlNode* schema = flags.find("schema")) output.schema = data_path(*schema, "schema");
    output.about = annotations(flags);
    for (const auto& [key, value] : flags.fields()) {
      const bool is_general = std::ranges::find(kOutput.known, key.scalar()) != kOutput.known.end();
      if (!is_general) output.plot[key.scalar()] = text_of(value);
    }
    if (const YamlNode* compare = flags.find("compare")) {
      output.compare = string(*compare, "compare");
      if (output.compare != "bitwise") {
        fail(*compare, fmt::format("'compare: {}' is not supported yet", output.compare), "compare: bitwise");
      }
    }
  }

  void read_params(const YamlNode& node, Stage& stage) const {
    for (const YamlNode& item : list(node, "params")) {
      if (item.kind() != Kind::Map) {
        add_param(stage, normalize_path(join_path(base_, kDefaultParamsFile)), item);
        continue;
      }
      for (const auto& [file, keys] : item.fields()) {
        const std::string path = data_path(file, "params");
        if (keys.kind() == Kind::Null || keys.items().empty()) add_whole_file(stage, path);
        for (const YamlNode& key : list(keys, file.scalar())) add_param(stage, path, key);
      }
    }
  }

  // All of a file makes naming keys of it needless.
  static void add_whole_file(Stage& stage, const std::string& file) {
    if (StageParams* params = find_params(stage, file)) {
      params->keys.clear();
    } else {
      stage.params.push_back({file, {}});
    }
  }

  void add_param(Stage& stage, const std::string& file, const YamlNode& node) const {
    const bool scalar = node.kind() == Kind::String || node.kind() == Kind::Int;
    if (!scalar) fail(node, fmt::format("a key in 'params' must be a string, not {}", node.kind_name()));
    const std::string& key = node.scalar();
    if (key.empty() || key.front() == '.' || key.back() == '.' || key.find("..") != std::string::npos) {
      fail(node, fmt::format("'{}' is not a key of a params file", display_path(key)), "train.epochs");
    }
    StageParams* params = find_params(stage, file);
    if (params == nullptr) {
      stage.params.push_back({file, {key}});
      return;
    }
    const bool is_known = params->keys.empty() || std::ranges::find(params->keys, key) != params->keys.end();
    if (!is_known) params->keys.push_back(key);
  }

  static StageParams* find_params(Stage& stage, const std::string& file) {
    const auto found = std::ranges::find(stage.params, file, &StageParams::file);
    return found == stage.params.end() ? nullptr : &*found;
  }

  void read_env(const YamlNode& node, Stage& stage) const {
    if (node.kind() == Kind::Null) return;
    if (node.kind() != Kind::Map)
      fail(node, fmt::format("'env' must be a map of variables, not {}", node.kind_name()));
    for (const auto& [name, value] : node.fields()) {
      const std::string& word = name.scalar();
      const auto fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
      };
      if (word.empty() || (word[0] >= '0' && word[0] <= '9') || !std::ranges::all_of(word, fine)) {
        fail(name, fmt::format("'{}' cannot be the name of a variable", display_path(word)));
      }
      if (value.kind() == Kind::Map || value.kind() == Kind::List || value.kind() == Kind::Null) {
        fail(value, fmt::format("'{}' must be a string, not {}", word, value.kind_name()),
             fmt::format("{}: \"\"", word));
      }
      stage.env[word] = value.scalar();  // as written: "1e3" stays "1e3"
    }
  }

  void read_tools(const YamlNode& node, Stage& stage) const {
    for (const YamlNode& item : list(node, "tools")) {
      const std::string& tool = string(item, "tools");
      if (tool.find_first_not_of(" \t\r\n") == std::string::npos) fail(item, "a command in 'tools' is empty");
      if (std::ranges::find(stage.tools, tool) != stage.tools.end())
        fail(item, fmt::format("tool '{}' is given twice", tool));
      stage.tools.push_back(tool);
    }
  }

  void read_meta(const YamlNode& node, std::map<std::string, std::string>& meta) const {
    if (node.kind() == Kind::Null) return;
    if (node.kind() != Kind::Map) fail(node, fmt::format("'meta' must be a map, not {}", node.kind_name()));
    for (const auto& [key, value] : node.fields()) meta[key.scalar()] = text_of(value);
  }

  Annotations annotations(const YamlNode& map) const {
    Annotations about;
    if (const YamlNode* desc = map.find("desc")) about.desc = string(*desc, "desc");
    if (const YamlNode* type = map.find("type")) about.type = string(*type, "type");
    if (const YamlNode* meta = map.find("meta")) read_meta(*meta, about.meta);
    if (const YamlNode* labels = map.find("labels")) {
      for (const YamlNode& label : list(*labels, "labels")) about.labels.push_back(string(label, "labels"));
    }
    return about;
  }

  std::vector<std::string> read_files(const YamlNode& node, std::string_view what) const {
    std::vector<std::string> files;
    for (const YamlNode& item : list(node, what)) {
      std::string path = data_path(item, what);
      if (std::ranges::find(files, path) == files.end()) files.push_back(std::move(path));
    }
    return files;
  }

  void read_plots(const YamlNode& node) {
    for (const YamlNode& item : list(node, "plots")) {
      each_path(item, [&](const YamlNode& name, const YamlNode* properties) {
        PlotDefinition plot{.name = string(name, "plots"), .file = file_, .properties = {}};
        if (properties != nullptr) {
          check_fields(*properties, kPlotDefinition, "a plot");
          for (const auto& [key, value] : properties->fields())
            plot.properties[key.scalar()] = text_of(value);
        }
        pipeline_.plots.push_back(std::move(plot));
      });
    }
  }

  void read_artifacts(const YamlNode& node) {
    if (node.kind() == Kind::Null) return;
    if (node.kind() != Kind::Map)
      fail(node, fmt::format("'artifacts' must be a map of artifacts by name, not {}", node.kind_name()));
    for (const auto& [name, body] : node.fields()) {
      check_fields(body, kArtifact, "an artifact");
      const YamlNode* path = body.find("path");
      if (path == nullptr)
        fail(name, fmt::format("artifact '{}' has no 'path'", name.scalar()), "path: models/best.pkl");
      pipeline_.artifacts.push_back({.name = stage_address(file_, name.scalar()),
                                     .path = data_path(*path, "path"),
                                     .about = annotations(body)});
    }
  }

  std::string_view text_;
  const std::string& file_;
  const PipelineReading& reading_;
  std::string directory_;             // of the file
  std::string base_;                  // what paths of the stage at hand are relative to
  std::string stage_;                 // its name, for messages
  std::optional<std::string> shell_;  // of the whole file
  PipelineFile pipeline_;
};

}  // namespace

std::string_view output_kind_name(OutputKind kind) {
  switch (kind) {
    case OutputKind::Data:
      return "data";
    case OutputKind::Metric:
      return "metric";
    case OutputKind::Plot:
      return "plot";
  }
  return "unknown";
}

std::string stage_address(const std::string& file, const std::string& name) {
  const std::string directory = parent_path(file);
  return directory.empty() ? name : directory + ":" + name;
}

std::string local_stage_name(const Stage& stage) {
  const std::string directory = parent_path(stage.file);
  const bool has_prefix = !directory.empty() && stage.name.starts_with(directory + ":");
  return has_prefix ? stage.name.substr(directory.size() + 1) : stage.name;
}

PipelineFile parse_pipeline(std::string_view text, const std::string& file, const PipelineReading& reading) {
  return PipelineReader(text, file, reading).read(parse(text, file));
}

}  // namespace dvx
