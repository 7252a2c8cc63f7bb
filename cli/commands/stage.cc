#include "core/commands/stage.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/display.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "cli/commands/commands.h"
#include "cli/commands/stage_fix.h"

namespace dvx {

namespace {

void add_annotations(nlohmann::json& json, const Annotations& about) {
  if (!about.desc.empty()) json["desc"] = about.desc;
  if (!about.type.empty()) json["type"] = about.type;
  if (!about.labels.empty()) json["labels"] = about.labels;
  if (!about.meta.empty()) json["meta"] = about.meta;
}

nlohmann::json json_of(const StageOutput& output) {
  nlohmann::json json = {{"path", output.path},
                         {"kind", output_kind_name(output.kind)},
                         {"cache", output.cache},
                         {"persist", output.persist}};
  add_annotations(json, output.about);
  if (!output.plot.empty()) json["plot"] = output.plot;
  return json;
}

nlohmann::json json_of(const Artifact& artifact) {
  nlohmann::json json = {{"name", artifact.name}, {"path", artifact.path}};
  add_annotations(json, artifact.about);
  return json;
}

nlohmann::json json_of(const Stage& stage) {
  nlohmann::json deps = nlohmann::json::array();
  for (const StageDependency& dependency : stage.deps) deps.push_back(dependency.path);
  for (const std::string& url : stage.urls) deps.push_back(url);
  nlohmann::json params = nlohmann::json::object();
  for (const StageParams& entry : stage.params) params[entry.file] = entry.keys;
  nlohmann::json outs = nlohmann::json::array();
  for (const StageOutput& output : stage.outs) outs.push_back(json_of(output));
  const StageDemands& demands = stage.demands;
  const auto seconds_of = [](std::chrono::duration<double> time) { return time.count(); };
  return {{"name", stage.name},
          {"group", stage.group},
          {"file", stage.file},
          {"line", stage.position.line},
          {"desc", stage.desc},
          {"cmd", stage.commands},
          {"wdir", stage.wdir},
          {"deps", deps},
          {"needs", stage.stage_deps},
          {"params", params},
          {"outs", outs},
          {"env", stage.env},
          {"tools", stage.tools},
          {"frozen", stage.frozen},
          {"always_changed", stage.always_changed},
          {"resources", {{"cpus", demands.cpus}, {"memory", demands.memory}, {"gpus", demands.gpus}}},
          {"mutex", demands.mutexes},
          {"timeout", demands.timeout ? nlohmann::json(seconds_of(*demands.timeout)) : nlohmann::json()},
          {"retries", demands.retries},
          {"meta", stage.meta}};
}

Shown outputs_of(Repository& repository, const Stage& stage) {
  Shown text;
  for (const StageOutput& output : stage.outs) {
    text += show("{}{}", text.empty() ? "" : ", ", display_path(repository.to_user(output.path)));
  }
  return text;
}

enum class ListForm { Table, Names };

Outcome run_list(Invocation& invocation, ListForm form) {
  Repository& repository = invocation.repository();
  const StageListReport report = stage_list(repository, {}, invocation.progress());
  Outcome outcome;
  outcome.data["stages"] = nlohmann::json::array();
  std::size_t widest = 0;
  outcome.data["plots"] = nlohmann::json::array();
  for (const PlotDefinition& plot : report.plots)
    outcome.data["plots"].push_back(
        {{"name", plot.name}, {"file", plot.file}, {"properties", plot.properties}});
  outcome.data["artifacts"] = nlohmann::json::array();
  for (const Artifact& artifact : report.artifacts) outcome.data["artifacts"].push_back(json_of(artifact));
  for (const Stage& stage : report.stages) widest = std::max(widest, stage.name.size());
  const Text& text = invocation.text();
  for (const Stage& stage : report.stages) {
    outcome.data["stages"].push_back(json_of(stage));
    Shown line = Shown::of(stage.name);
    const Shown outs = outputs_of(repository, stage);
    if (form == ListForm::Table && !(outs.empty() && stage.desc.empty() && !stage.frozen)) {
      line = text.bold(stage.name) + Shown::of(std::string(widest - stage.name.size(), ' '));
      if (stage.frozen) line += text.yellow("  [frozen]");
      if (!outs.empty()) line += "  → " + outs;
      if (!stage.desc.empty()) line += text.dim(show("  ({})", stage.desc));
    }
    outcome.text += line + "\n";
  }
  return outcome;
}

// A single word is taken as a shell command. Several words are quoted and form one command.
std::vector<std::string> commands_of(const std::vector<std::string>& words) {
  if (words.size() < 2) return words;
  std::string command;
  for (const std::string& word : words) command += (command.empty() ? "" : " ") + shell_quote(word);
  return {command};
}

struct AddArguments {
  StageAddOptions options;
  std::vector<std::string> words, commands;
};

Outcome run_add(Invocation& invocation, AddArguments arguments) {
  StageAddOptions& options = arguments.options;
  options.commands = commands_of(arguments.words);
  options.commands.insert(options.commands.end(), arguments.commands.begin(), arguments.commands.end());
  if (options.commands.empty()) {
    throw Error{ErrorKind::Usage, fmt::format("stage '{}' has no command", options.name),
                fmt::format("dvx stage add -n {} 'python3 {}.py'", options.name, options.name)};
  }
  Repository& repository = invocation.repository();
  const StageAddReport report = stage_add(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data = {{"file", report.file}, {"stage", json_of(report.stage)}};
  const std::string file = repository.to_user(report.file);
  if (!invocation.quiet()) outcome.text = show("added stage '{}' to {}\n", report.stage.name, file);
  outcome.hint = fmt::format("git add {} && dvx repro {}", paste_quote(file), paste_quote(report.stage.name));
  return outcome;
}

void declare_add(CLI::App& app, AddArguments& arguments) {
  StageAddOptions& options = arguments.options;
  const auto many = [&app](const char* name, std::vector<std::string>& values, const char* help,
                           const char* type) {
    app.add_option(name, values, help)->type_name(type)->allow_extra_args(false);
  };
  app.add_option("-n,--name", options.name, "Name of the stage")->type_name("NAME")->required();
  many("-d,--deps", options.deps, "Depend on a file or directory", "PATH");
  many("-p,--params", options.params,
       "Depend on keys of params.yaml, or of another file; 'FILE:' is all of it", "[FILE:]KEY,...");
  many("-o,--outs", options.outs, "Output, kept in the store", "PATH");
  many("-O,--outs-no-cache", options.outs_no_cache, "Output that git keeps", "PATH");
  many("--outs-persist", options.outs_persist, "Output that is not removed before the command runs", "PATH");
  many("-m,--metrics", options.metrics, "Metrics file, kept in the store", "PATH");
  many("-M,--metrics-no-cache", options.metrics_no_cache, "Metrics file that git keeps", "PATH");
  app.add_option("--file", options.file,
                 "The dvx.yaml to write (default: the nearest one above this directory)")
      ->type_name("FILE");
  app.add_option("-w,--wdir", options.wdir, "Directory the command runs in (default: this one)")
      ->type_name("DIR");
  many("--env", options.env, "Variable of the command, part of what makes the stage stale", "NAME=VALUE");
  many("--tools", options.tools, "Command whose output makes the stage stale, as 'python3 --version'",
       "COMMAND");
  app.add_option("--desc", options.desc, "What the stage does")->type_name("TEXT");
  app.add_flag("--frozen", options.frozen, "Do not run it, take its outputs as they are");
  app.add_flag("--always-changed", options.always_changed, "Run it every time");
  many("--cmd", arguments.commands, "Command, run by /bin/sh; may be given more than once", "COMMAND");
  app.add_option("command", arguments.words, "Command; what has options of its own in quotes or behind '--'")
      ->type_name("COMMAND");
}

}  // namespace

CommandSpec stage_command() {
  return {.name = "stage",
          .group = group::kPipeline,
          .summary = "List stages, add one to dvx.yaml, or complete one from its trace",
          .example =
              "dvx stage add -n train -d src/train.py -d data/features -p train.C -o models/lr.pkl "
              "'python3 src/train.py'\n  dvx stage list",
          .declare = [](CLI::App& app) -> Action {
            app.require_subcommand(1);
            CLI::App* list = app.add_subcommand("list", "List the stages of dvx.yaml");
            auto form = std::make_shared<ListForm>(ListForm::Table);
            list->add_flag_callback(
                "--names", [form] { *form = ListForm::Names; }, "Print nothing but names");
            CLI::App* add = app.add_subcommand("add", "Add a stage to dvx.yaml");
            auto arguments = std::make_shared<AddArguments>();
            declare_add(*add, *arguments);
            CLI::App* fix = app.add_subcommand("fix", "Put into dvx.yaml what traces have shown");
            const Action run_fix = declare_stage_fix(*fix);
            return [add, fix, run_fix, form, arguments](Invocation& invocation) {
              if (fix->parsed()) return run_fix(invocation);
              return add->parsed() ? run_add(invocation, *arguments) : run_list(invocation, *form);
            };
          }};
}

}  // namespace dvx
