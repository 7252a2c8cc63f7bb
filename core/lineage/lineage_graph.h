// The graph of how data came to be: data and runs as nodes, edges in the direction in which data flows. A
// value: drawing it, writing it as JSON, DOT, Mermaid or HTML needs nothing else.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/run_record.h"
#include "core/lineage/git_origin.h"
#include "core/runs/run_history.h"

namespace dvx {

struct LineageData {
  std::string path;  // from the root
  DataRef data;
  Origin origin = {};
};

struct LineageRun {
  ObjectId id;
  std::optional<RunRecord> record;  // nullopt: the record is not in the store
  bool locked = false;              // dvx.lock names it
};

enum class LineageNodeKind { Data, Run };

struct LineageNode {
  LineageNodeKind kind = LineageNodeKind::Data;
  LineageData data = {};  // of a Data node
  LineageRun run = {};    // of a Run node
  bool focus = false;     // what was asked for
};

struct LineageEdge {
  std::size_t from = 0, to = 0;  // indices of nodes
  friend auto operator<=>(const LineageEdge&, const LineageEdge&) = default;
};

struct LineageGraph {
  std::vector<LineageNode> nodes;      // in the order they were found; the focus comes first
  std::vector<LineageEdge> edges;      // sorted
  std::vector<RunConflict> conflicts;  // runs of the graph's keys that disagree

  // Nodes that lead to, or follow from, `node`, in the order of their paths or stages.
  std::vector<std::size_t> before(std::size_t node) const;
  std::vector<std::size_t> after(std::size_t node) const;
};

// Builds a graph step by step. The focus is added first; then it is followed up or down.
class LineageBuilder {
 public:
  LineageBuilder(Repository& repository, RunHistory& history) : repository_(repository), history_(history) {}

  std::size_t add_run(const ObjectId& id);
  std::size_t add_data(const std::string& path, const DataRef& data);
  void add_edge(std::size_t from, std::size_t to);
  // The directory `whole` holds what `part` has.
  void add_part(std::size_t whole, std::size_t part);
  // All of the directory is known to come from somewhere, though nothing recorded it as a whole.
  void set_made_of_parts(std::size_t whole) { graph_.nodes[whole].data.origin.kind = OriginKind::Parts; }
  void set_focus(std::size_t node) { graph_.nodes[node].focus = true; }

  void follow_up(std::size_t node);    // everything the node was made from
  void follow_down(std::size_t node);  // everything that was made with it
  // Looks up where the data that no run made comes from, and conflicts.
  LineageGraph finish();

 private:
  void follow_dependency(std::size_t run, const RunDependency& dep);
  void connect_parts(const std::vector<RunDependency>& deps);
  std::vector<std::size_t> follow_consumers(std::size_t data);
  std::vector<std::size_t> follow_outputs(std::size_t run);
  bool feeds(const LineageData& data, bool is_made, const RunDependency& dep) const;
  bool is_made(std::size_t data) const { return !before_[data].empty(); }
  std::size_t add_node(LineageNode node);
  void resolve_origins();
  bool has_known_rest(const LineageData& whole, const std::vector<std::string>& parts) const;

  Repository& repository_;
  RunHistory& history_;
  LineageGraph graph_;
  std::map<ObjectId, std::size_t> runs_;
  std::map<std::pair<std::string, ObjectId>, std::size_t> data_;
  std::vector<std::vector<std::size_t>> before_, after_;   // by node: neighbours, maybe more than once
  std::map<std::size_t, std::vector<std::string>> parts_;  // of directories: paths of what is known in them
};

}  // namespace dvx
