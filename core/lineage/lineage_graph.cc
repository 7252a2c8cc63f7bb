#include "core/lineage/lineage_graph.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/path.h"
#include "core/lineage/data_within.h"

namespace dvx {

namespace {

std::string sort_name(const LineageNode& node) {
  if (node.kind == LineageNodeKind::Data) return node.data.path;
  return node.run.record ? node.run.record->stage : std::string();
}

void sort_by_name(const LineageGraph& graph, std::vector<std::size_t>& nodes) {
  std::sort(nodes.begin(), nodes.end(), [&](std::size_t a, std::size_t b) {
    return std::tuple(sort_name(graph.nodes[a]), a) < std::tuple(sort_name(graph.nodes[b]), b);
  });
}

// data_within() where a tree that was not fetched means "cannot tell", hence no.
std::optional<DataRef> try_data_within(const ObjectStore& store, const DataRef& whole,
                                       const std::string& whole_path, const std::string& path) {
  try {
    return data_within(store, whole, whole_path, path);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::NotFound) return std::nullopt;
    throw;
  }
}

}  // namespace

std::vector<std::size_t> LineageGraph::before(std::size_t node) const {
  std::vector<std::size_t> found;
  for (const LineageEdge& edge : edges) {
    if (edge.to == node) found.push_back(edge.from);
  }
  sort_by_name(*this, found);
  return found;
}

std::vector<std::size_t> LineageGraph::after(std::size_t node) const {
  std::vector<std::size_t> found;
  for (const LineageEdge& edge : edges) {
    if (edge.from == node) found.push_back(edge.to);
  }
  sort_by_name(*this, found);
  return found;
}

std::size_t LineageBuilder::add_node(LineageNode node) {
  graph_.nodes.push_back(std::move(node));
  before_.emplace_back();
  after_.emplace_back();
  return graph_.nodes.size() - 1;
}

std::size_t LineageBuilder::add_run(const ObjectId& id) {
  const auto it = runs_.find(id);
  if (it != runs_.end()) return it->second;
  LineageNode node{.kind = LineageNodeKind::Run};
  node.run.id = id;
  if (const KnownRun* known = history_.find(id)) {
    node.run.record = known->record;
    node.run.locked = known->locked;
  }
  return runs_[id] = add_node(std::move(node));
}

std::size_t LineageBuilder::add_data(const std::string& path, const DataRef& data) {
  const std::pair name(path, data.id);
  const auto it = data_.find(name);
  if (it != data_.end()) return it->second;
  LineageNode node{.kind = LineageNodeKind::Data};
  node.data = {.path = path, .data = data};
  return data_[name] = add_node(std::move(node));
}

void LineageBuilder::add_edge(std::size_t from, std::size_t to) {
  graph_.edges.push_back({from, to});
  before_[to].push_back(from);
  after_[from].push_back(to);
}

void LineageBuilder::follow_up(std::size_t start) {
  std::set<std::size_t> done;
  std::vector<std::size_t> open = {start};
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (!done.insert(node).second) continue;
    if (graph_.nodes[node].kind == LineageNodeKind::Run && graph_.nodes[node].run.record) {
      const std::vector<RunDependency> deps = graph_.nodes[node].run.record->deps;
      for (const RunDependency& dep : deps) follow_dependency(node, dep);
    }
    open.insert(open.end(), before_[node].begin(), before_[node].end());
  }
}

void LineageBuilder::follow_dependency(std::size_t run, const RunDependency& dep) {
  const std::size_t data = add_data(dep.path, dep.data);
  add_edge(data, run);
  if (dep.producer) add_edge(add_run(*dep.producer), data);
}

void LineageBuilder::follow_down(std::size_t start) {
  std::set<std::size_t> done;
  std::vector<std::size_t> open = {start};
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (!done.insert(node).second) continue;
    if (graph_.nodes[node].kind == LineageNodeKind::Run) {
      follow_outputs(node);
    } else {
      follow_consumers(node);
    }
    open.insert(open.end(), after_[node].begin(), after_[node].end());
  }
}

// Outputs, and what later runs read of them: those are nodes of their own when they read a part only.
void LineageBuilder::follow_outputs(std::size_t run) {
  const ObjectId id = graph_.nodes[run].run.id;
  if (!graph_.nodes[run].run.record) return;
  const std::vector<RunOutput> outs = graph_.nodes[run].run.record->outs;
  for (const RunOutput& out : outs) add_edge(run, add_data(out.path, out.data));
  for (const KnownRun* other : history_.all()) {
    for (const RunDependency& dep : other->record.deps) {
      if (dep.producer == id) add_edge(run, add_data(dep.path, dep.data));
    }
  }
}

void LineageBuilder::follow_consumers(std::size_t data) {
  const LineageData asked = graph_.nodes[data].data;
  for (const KnownRun* run : history_.all()) {
    for (const RunDependency& dep : run->record.deps) {
      if (!feeds(asked, dep)) continue;
      const std::size_t read = add_data(dep.path, dep.data);
      if (read != data) add_edge(data, read);
      add_edge(read, add_run(run->id));
    }
  }
}

// Whether a dependency is this data, a part of it, or a directory that holds it at the same path. The same
// content at another path counts only where the record does not say that some run made it there.
bool LineageBuilder::feeds(const LineageData& data, const RunDependency& dep) const {
  if (dep.data.id == data.data.id) return dep.path == data.path || (!dep.producer && data.data.size > 0);
  const ObjectStore& store = repository_.store();
  if (dep.path == data.path) return false;
  if (is_beneath(dep.path, data.path)) {
    const auto part = try_data_within(store, data.data, data.path, dep.path);
    return part && part->id == dep.data.id;
  }
  if (is_beneath(data.path, dep.path)) {
    const auto part = try_data_within(store, dep.data, dep.path, data.path);
    return part && part->id == data.data.id;
  }
  return false;
}

void LineageBuilder::resolve_origins() {
  std::vector<std::size_t> raw;
  std::vector<OriginQuery> queries;
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    LineageNode& node = graph_.nodes[i];
    if (node.kind == LineageNodeKind::Run) continue;
    if (!before_[i].empty()) {
      node.data.origin.kind = OriginKind::Run;
      continue;
    }
    raw.push_back(i);
    queries.push_back({node.data.path, node.data.data});
  }
  const std::vector<Origin> origins = find_origins(repository_, queries);
  for (std::size_t i = 0; i < raw.size(); ++i) graph_.nodes[raw[i]].data.origin = origins[i];
}

LineageGraph LineageBuilder::finish() {
  std::sort(graph_.edges.begin(), graph_.edges.end());
  graph_.edges.erase(std::unique(graph_.edges.begin(), graph_.edges.end()), graph_.edges.end());
  resolve_origins();
  std::set<ObjectId> keys;
  for (const LineageNode& node : graph_.nodes) {
    if (node.run.record) keys.insert(node.run.record->key);
  }
  for (const ObjectId& key : keys) {
    for (RunConflict& conflict : history_.conflicts_of(key)) graph_.conflicts.push_back(std::move(conflict));
  }
  return std::move(graph_);
}

}  // namespace dvx
