#include "core/lineage/lineage_graph.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/error.h"
#include "base/path.h"
#include "core/lineage/directory_rest.h"
#include "core/workspace/data_within.h"

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
      connect_parts(deps);
    }
    open.insert(open.end(), before_[node].begin(), before_[node].end());
  }
}

void LineageBuilder::follow_dependency(std::size_t run, const RunDependency& dep) {
  const std::size_t data = add_data(dep.path, dep.data);
  add_edge(data, run);
  if (dep.producer) add_edge(add_run(*dep.producer), data);
}

// A record lists a directory that was read, and what runs made of it beneath that.
void LineageBuilder::connect_parts(const std::vector<RunDependency>& deps) {
  for (const RunDependency& whole : deps) {
    if (whole.producer || whole.data.kind != DataKind::Tree) continue;
    for (const RunDependency& part : deps) {
      if (!part.producer || part.path == whole.path || !is_beneath(part.path, whole.path)) continue;
      const auto held = try_data_within(repository_.store(), whole.data, whole.path, part.path);
      if (held && held->id == part.data.id)
        add_part(add_data(whole.path, whole.data), add_data(part.path, part.data));
    }
  }
}

void LineageBuilder::add_part(std::size_t whole, std::size_t part) {
  add_edge(part, whole);
  parts_[whole].push_back(graph_.nodes[part].data.path);
}

// From data to the runs that read it, from runs to what they made. What a run read is a part of the data, or
// a directory that holds it: that one is on the way to the run and is not followed for its own sake, or else
// the way would lead up to the directory and down again to its other parts, which this data has nothing to do
// with.
void LineageBuilder::follow_down(std::size_t start) {
  std::set<std::size_t> done;
  std::vector<std::size_t> open = {start};
  while (!open.empty()) {
    const std::size_t node = open.back();
    open.pop_back();
    if (!done.insert(node).second) continue;
    const bool is_run = graph_.nodes[node].kind == LineageNodeKind::Run;
    const std::vector<std::size_t> next = is_run ? follow_outputs(node) : follow_consumers(node);
    open.insert(open.end(), next.begin(), next.end());
  }
}

// Outputs. What later runs read of them is found from those, part or whole.
std::vector<std::size_t> LineageBuilder::follow_outputs(std::size_t run) {
  std::vector<std::size_t> made;
  if (!graph_.nodes[run].run.record) return made;
  const std::vector<RunOutput> outs = graph_.nodes[run].run.record->outs;
  for (const RunOutput& out : outs) {
    made.push_back(add_data(out.path, out.data));
    add_edge(run, made.back());
  }
  // Those that read a part of an output whose tree is not in the store are known by their records alone.
  const ObjectId id = graph_.nodes[run].run.id;
  for (const KnownRun* other : history_.all()) {
    for (const RunDependency& dep : other->record.deps) {
      if (dep.producer != id) continue;
      const std::size_t read = add_data(dep.path, dep.data);
      add_edge(run, read);
      made.push_back(read);
    }
  }
  return made;
}

// The runs that read it.
std::vector<std::size_t> LineageBuilder::follow_consumers(std::size_t data) {
  const LineageData asked = graph_.nodes[data].data;
  const bool was_made = is_made(data);
  std::vector<std::size_t> readers;
  for (const KnownRun* run : history_.all()) {
    for (const RunDependency& dep : run->record.deps) {
      if (!feeds(asked, was_made, dep)) continue;
      const std::size_t read = add_data(dep.path, dep.data);
      if (read != data) add_edge(data, read);
      readers.push_back(add_run(run->id));
      add_edge(read, readers.back());
    }
  }
  return readers;
}

// Whether a dependency is this data, a part of it, or a directory that holds it at the same path. The same
// content at another path is the same data only when no run made either: it was moved, or copied by hand.
// (Of what a run made, an equal file elsewhere may be what that run read.)
bool LineageBuilder::feeds(const LineageData& data, bool is_made, const RunDependency& dep) const {
  if (dep.data.id == data.data.id)
    return dep.path == data.path || (!dep.producer && !is_made && data.data.size > 0);
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
    if (node.kind == LineageNodeKind::Run || node.data.origin.kind == OriginKind::Parts) continue;
    const bool has_run = std::ranges::any_of(
        before_[i], [&](std::size_t before) { return graph_.nodes[before].kind == LineageNodeKind::Run; });
    if (has_run || (!before_[i].empty() && !parts_.contains(i))) {
      node.data.origin.kind = OriginKind::Run;
      continue;
    }
    raw.push_back(i);
    queries.push_back({node.data.path, node.data.data});
  }
  const std::vector<Origin> origins = find_origins(repository_, queries);
  for (std::size_t i = 0; i < raw.size(); ++i) {
    Origin& origin = graph_.nodes[raw[i]].data.origin;
    origin = origins[i];
    const auto parts = parts_.find(raw[i]);
    if (origin.kind == OriginKind::Unknown && parts != parts_.end() &&
        has_known_rest(graph_.nodes[raw[i]].data, parts->second))
      origin.kind = OriginKind::Parts;
  }
}

// Whether all else in a directory comes from git or a pointer.
bool LineageBuilder::has_known_rest(const LineageData& whole, const std::vector<std::string>& parts) const {
  std::vector<RestFile> files;
  try {
    repository_.store().walk_tree(whole.data.id, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.kind != EntryKind::Directory) files.push_back({join_path(whole.path, path), data_of(entry)});
    });
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::NotFound) return false;
    throw;
  }
  return is_rest_recorded(repository_, files, parts);
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
