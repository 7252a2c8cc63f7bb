#include "core/lineage/lineage_export.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "core/lineage/label_text.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

Json data_to_json(const LineageData& data) {
  Json json = {{"kind", "data"},
               {"path", path_to_json_text(data.path)},
               {"content", data.data.kind == DataKind::Tree ? "tree" : "file"},
               {"object", data.data.id.to_string()},
               {"size", data.data.size},
               {"files", data.data.files},
               {"origin", origin_name(data.origin.kind)}};
  if (!data.origin.pointer.empty()) json["pointer"] = path_to_json_text(data.origin.pointer);
  if (data.origin.commit) {
    json["commit"] = {{"id", data.origin.commit->id},
                      {"author", display_path(data.origin.commit->author)},
                      {"time", format_utc(data.origin.commit->time * 1'000'000'000)},
                      {"summary", display_path(data.origin.commit->summary)}};
  }
  return json;
}

Json run_to_json(const LineageRun& run) {
  Json json = {{"kind", "run"},
               {"run", run.id.to_string()},
               {"locked", run.locked},
               {"recorded", run.record.has_value()}};
  // The record itself, word for word: what a reader of the format already knows.
  if (run.record) json["record"] = Json::parse(serialize_run_record(*run.record));
  return json;
}

// The name and the short id, each as `escape` makes it.
template <typename Escape>
std::string label(const LineageNode& node, std::string_view line_break, Escape escape) {
  if (node.kind == LineageNodeKind::Run) {
    const std::string stage = node.run.record ? node.run.record->stage : "run not found";
    return fmt::format("{}{}run {}", escape(stage), line_break, node.run.id.short_hex());
  }
  return fmt::format("{}{}{}", escape(node.data.path), line_break, node.data.data.id.short_hex());
}

}  // namespace

std::string_view origin_name(OriginKind kind) {
  switch (kind) {
    case OriginKind::Run:
      return "run";
    case OriginKind::Parts:
      return "parts";
    case OriginKind::Pointer:
      return "pointer";
    case OriginKind::Git:
      return "git";
    case OriginKind::Unknown:
      break;
  }
  return "unknown";
}

nlohmann::json lineage_to_json(const LineageGraph& graph) {
  Json nodes = Json::array();
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const LineageNode& node = graph.nodes[i];
    Json json = node.kind == LineageNodeKind::Run ? run_to_json(node.run) : data_to_json(node.data);
    json["id"] = fmt::format("n{}", i);
    json["focus"] = node.focus;
    nodes.push_back(std::move(json));
  }
  Json edges = Json::array();
  for (const LineageEdge& edge : graph.edges) {
    edges.push_back({{"from", fmt::format("n{}", edge.from)}, {"to", fmt::format("n{}", edge.to)}});
  }
  Json conflicts = Json::array();
  for (const RunConflict& conflict : graph.conflicts) {
    conflicts.push_back(
        {{"stage", conflict.stage},
         {"path", path_to_json_text(conflict.path)},
         {"key", conflict.key.to_string()},
         {"runs", {conflict.first_run.to_string(), conflict.second_run.to_string()}},
         {"outputs", {conflict.first_output.to_string(), conflict.second_output.to_string()}}});
  }
  return {{"nodes", nodes}, {"edges", edges}, {"conflicts", conflicts}};
}

std::string lineage_to_dot(const LineageGraph& graph) {
  std::string dot = "digraph lineage {\n  rankdir=LR;\n  node [fontname=\"sans-serif\", fontsize=10];\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const LineageNode& node = graph.nodes[i];
    const bool is_run = node.kind == LineageNodeKind::Run;
    dot += fmt::format("  n{} [label=\"{}\", shape={}{}];\n", i, label(node, "\\n", dot_text),
                       is_run ? "box, style=\"rounded,filled\"" : "note", node.focus ? ", penwidth=3" : "");
  }
  for (const LineageEdge& edge : graph.edges) dot += fmt::format("  n{} -> n{};\n", edge.from, edge.to);
  return dot + "}\n";
}

std::string lineage_to_mermaid(const LineageGraph& graph) {
  std::string text = "flowchart LR\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    const LineageNode& node = graph.nodes[i];
    const std::string shown = label(node, "<br/>", mermaid_text);
    text += node.kind == LineageNodeKind::Run ? fmt::format("  n{}([\"{}\"])\n", i, shown)
                                              : fmt::format("  n{}[\"{}\"]\n", i, shown);
    if (node.focus) text += fmt::format("  style n{} stroke-width:4px\n", i);
  }
  for (const LineageEdge& edge : graph.edges) text += fmt::format("  n{} --> n{}\n", edge.from, edge.to);
  return text;
}

}  // namespace dvx
