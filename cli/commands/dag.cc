#include "core/commands/dag.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"
#include "cli/ui/dag_drawing.h"
#include "core/lineage/label_text.h"

namespace dvx {

namespace {

enum class DagForm { Drawing, Dot, Mermaid };

struct DagArguments {
  DagOptions options;
  DagForm form = DagForm::Drawing;
};

Shown as_dot(const DagReport& report) {
  Shown out = "digraph pipeline {\n  rankdir=TB;\n  node [shape=box, style=rounded];\n";
  for (std::size_t i = 0; i < report.nodes.size(); ++i) {
    const DagNode& node = report.nodes[i];
    const char* shape = node.kind == DagNodeKind::Data ? ", shape=cylinder" : "";
    out += show("  n{} [label=\"{}\"{}];\n", i, dot_text(node.name), shape);
  }
  for (const auto& [from, to] : report.edges) out += show("  n{} -> n{};\n", from, to);
  return out + "}\n";
}

Shown as_mermaid(const DagReport& report) {
  Shown out = "flowchart TD\n";
  for (std::size_t i = 0; i < report.nodes.size(); ++i) {
    const DagNode& node = report.nodes[i];
    const bool data = node.kind == DagNodeKind::Data;
    out += show("  n{}{}\"{}\"{}\n", i, data ? "[(" : "[", mermaid_text(node.name), data ? ")]" : "]");
  }
  for (const auto& [from, to] : report.edges) out += show("  n{} --> n{}\n", from, to);
  return out;
}

Shown label_of(Repository& repository, const DagNode& node, const Text& text) {
  if (node.kind == DagNodeKind::Data) return text.cyan(display_path(repository.to_user(node.name)));
  Shown outs;
  for (const std::string& out : node.outs) {
    outs += show("{}{}", outs.empty() ? " → " : ", ", display_path(repository.to_user(out)));
  }
  return text.bold(node.name) + text.dim(outs);
}

nlohmann::json json_of(const DagReport& report) {
  nlohmann::json nodes = nlohmann::json::array();
  for (const DagNode& node : report.nodes) {
    const bool data = node.kind == DagNodeKind::Data;
    nlohmann::json entry = {{"kind", data ? "data" : "stage"}, {"name", node.name}};
    if (!data) entry.update({{"desc", node.desc}, {"outs", node.outs}});
    nodes.push_back(std::move(entry));
  }
  nlohmann::json edges = nlohmann::json::array();
  for (const auto& [from, to] : report.edges) {
    edges.push_back({{"from", report.nodes[from].name}, {"to", report.nodes[to].name}});
  }
  return {{"nodes", nodes}, {"edges", edges}};
}

Outcome run(Invocation& invocation, const DagArguments& arguments) {
  Repository& repository = invocation.repository();
  const DagReport report = dag(repository, arguments.options, invocation.progress());
  Outcome outcome;
  outcome.data = json_of(report);
  if (arguments.form == DagForm::Dot) {
    outcome.text = as_dot(report);
  } else if (arguments.form == DagForm::Mermaid) {
    outcome.text = as_mermaid(report);
  } else {
    DagDrawing drawing{.labels = {}, .edges = report.edges};
    for (const DagNode& node : report.nodes) {
      drawing.labels.push_back(label_of(repository, node, invocation.text()));
    }
    outcome.text = draw_dag(drawing);
  }
  return outcome;
}

}  // namespace

CommandSpec dag_command() {
  return {.name = "dag",
          .group = group::kPipeline,
          .summary = "Draw the graph of stages",
          .example = "dvx dag models/best.pkl\n  dvx dag --dot | dot -Tsvg > pipeline.svg",
          .declare = [](CLI::App& app) -> Action {
            auto arguments = std::make_shared<DagArguments>();
            app.add_option("targets", arguments->options.targets,
                           "Stages or outputs to draw with all that they need; everything when left out")
                ->type_name("TARGET...");
            CLI::Option* dot = app.add_flag_callback(
                "--dot", [arguments] { arguments->form = DagForm::Dot; }, "Print a graph for Graphviz");
            app.add_flag_callback(
                   "--mermaid", [arguments] { arguments->form = DagForm::Mermaid; },
                   "Print a graph for Mermaid")
                ->excludes(dot);
            return [arguments](Invocation& invocation) { return run(invocation, *arguments); };
          }};
}

}  // namespace dvx
