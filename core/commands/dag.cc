#include "core/commands/dag.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/path.h"
#include "core/pipeline/graph.h"
#include "core/pipeline/pipeline.h"

namespace dvx {
namespace {

// Adds tracked data that is, holds or lies in `path`.
void add_data_at(const std::string& path, const std::vector<std::string>& tracked,
                 std::set<std::string>& found) {
  for (std::string around = path; !around.empty(); around = parent_path(around)) {
    if (std::ranges::binary_search(tracked, around)) found.insert(around);
  }
  const std::string beneath = path + "/";
  for (auto data = std::ranges::lower_bound(tracked, beneath); data != tracked.end(); ++data) {
    if (!data->starts_with(beneath)) break;
    found.insert(*data);
  }
}

std::set<std::string> data_read_by(const Stage& stage, const std::vector<std::string>& tracked) {
  std::set<std::string> found;
  for (const StageDependency& dependency : stage.deps) add_data_at(dependency.path, tracked, found);
  for (const StageParams& params : stage.params) add_data_at(params.file, tracked, found);
  return found;
}

DagNode stage_node(const Stage& stage) {
  DagNode node{.kind = DagNodeKind::Stage, .name = stage.name, .desc = stage.desc, .outs = {}};
  for (const StageOutput& output : stage.outs) node.outs.push_back(output.path);
  return node;
}

}  // namespace

DagReport dag(Repository& repository, const DagOptions& options, Progress&) {
  LoadedPipeline loaded = load_pipeline(repository);
  const std::vector<std::string>& tracked = loaded.tracked_data;
  const StageGraph graph(std::move(loaded.pipeline.stages), tracked);
  DagReport report;
  std::map<std::string, std::size_t> data_nodes;
  std::map<std::size_t, std::size_t> stage_nodes;
  for (const std::size_t i : graph.select(options.targets, repository.cwd(), Reach::Ancestors)) {
    const Stage& stage = graph.stages()[i];
    std::vector<std::size_t> needed;
    // Data stands right before the first stage that reads it.
    for (const std::string& path : data_read_by(stage, tracked)) {
      const auto [node, is_new] = data_nodes.emplace(path, report.nodes.size());
      if (is_new) report.nodes.push_back({.kind = DagNodeKind::Data, .name = path, .desc = {}, .outs = {}});
      needed.push_back(node->second);
    }
    for (const std::size_t up : graph.upstream(i)) needed.push_back(stage_nodes.at(up));
    for (const std::size_t from : needed) report.edges.emplace_back(from, report.nodes.size());
    stage_nodes[i] = report.nodes.size();
    report.nodes.push_back(stage_node(stage));
  }
  std::ranges::sort(report.edges);
  return report;
}

}  // namespace dvx
