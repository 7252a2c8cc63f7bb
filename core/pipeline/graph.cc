#include "core/pipeline/graph.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <unordered_set>

#include "base/display.h"
#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"

namespace dvx {
namespace {

constexpr const char* kFile = "dvx.yaml";

using Outputs = std::vector<std::pair<std::string, std::size_t>>;

[[noreturn]] void fail_at(const Stage& stage, const std::string& message, const std::string& hint = {}) {
  throw Error{ErrorKind::Config,
              fmt::format("{}:{}:{}: {}", display_path(stage.file), stage.position.line,
                          stage.position.column, message),
              hint, stage.file};
}

// Calls `visit` with every directory above `path`, nearest first, until it returns true.
template <typename Visit>
bool any_parent(std::string_view path, const Visit& visit) {
  for (std::size_t slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = path.rfind('/', slash - 1)) {
    if (visit(path.substr(0, slash))) return true;
  }
  return false;
}

// Outputs strictly beneath `path`: a range, since "path/" < all of them < "path0" ('0' follows '/').
std::pair<Outputs::const_iterator, Outputs::const_iterator> outputs_beneath(const Outputs& outputs,
                                                                            const std::string& path) {
  const auto before = [](const auto& output, const std::string& key) { return output.first < key; };
  return {std::lower_bound(outputs.begin(), outputs.end(), path + "/", before),
          std::lower_bound(outputs.begin(), outputs.end(), path + "0", before)};
}

void sort_unique(std::vector<std::size_t>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

StageGraph::StageGraph(std::vector<Stage> stages, const std::vector<std::string>& pointer_paths,
                       const std::vector<std::vector<std::string>>& imports)
    : stages_(std::move(stages)), upstream_(stages_.size()), downstream_(stages_.size()) {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const auto [first, is_new] = by_name_.emplace(stages_[i].name, i);
    if (!is_new) fail_at(stages_[i], fmt::format("two stages are named '{}'", stages_[i].name));
    if (!stages_[i].group.empty()) by_group_[stages_[i].group].push_back(i);
  }
  index_outputs(pointer_paths);
  connect();
  for (std::size_t i = 0; i < imports.size(); ++i) {
    for (const std::string& path : imports[i]) connect_import(i, path);
  }
  sort();
}

void StageGraph::index_outputs(const std::vector<std::string>& pointer_paths) {
  const std::unordered_set<std::string> pointers(pointer_paths.begin(), pointer_paths.end());
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    for (const StageOutput& output : stages_[i].outs) {
      const auto [first, is_new] = by_output_.emplace(output.path, i);
      if (!is_new) {
        fail_at(stages_[i],
                fmt::format("stages '{}' and '{}' have the same output '{}'", stages_[first->second].name,
                            stages_[i].name, display_path(output.path)));
      }
      outputs_.emplace_back(output.path, i);
    }
  }
  std::sort(outputs_.begin(), outputs_.end());
  for (const auto& [path, i] : outputs_) {
    const Stage& stage = stages_[i];
    any_parent(path, [&, &inner = path](std::string_view parent) {
      const auto outer = by_output_.find(std::string(parent));
      if (outer == by_output_.end()) return false;
      fail_at(stage,
              fmt::format("output '{}' of stage '{}' lies in output '{}' of stage '{}'", display_path(inner),
                          stage.name, display_path(parent), stages_[outer->second].name));
    });
    std::string tracked;
    const auto in_pointer = [&](std::string_view around) {
      const auto found = pointers.find(std::string(around));
      if (found != pointers.end()) tracked = *found;
      return found != pointers.end();
    };
    if (!in_pointer(path) && !any_parent(path, in_pointer)) continue;
    fail_at(stage,
            fmt::format("output '{}' of stage '{}' {}, tracked by 'dvx add'", display_path(path), stage.name,
                        tracked == path ? "is data" : fmt::format("lies in '{}'", display_path(tracked))),
            fmt::format("dvx rm {}", paste_quote(tracked)));
  }
  for (const std::string& pointer : pointer_paths) {
    const bool inside =
        any_parent(pointer, [&](std::string_view p) { return by_output_.contains(std::string(p)); });
    if (!inside) continue;
    const Stage& stage = stages_[*producer_of(pointer)];
    fail_at(stage,
            fmt::format("'{}', tracked by 'dvx add', lies in an output of stage '{}'", display_path(pointer),
                        stage.name),
            fmt::format("dvx rm {}", paste_quote(pointer)));
  }
}

void StageGraph::connect() {
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    for (const StageDependency& dependency : stages_[i].deps) connect_dependency(i, dependency.path);
    for (const StageParams& params : stages_[i].params) connect_dependency(i, params.file);
    if (!stages_[i].stage_deps.empty()) connect_stage_dependencies(i);
  }
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    sort_unique(upstream_[i]);
    for (const std::size_t writer : upstream_[i]) downstream_[writer].push_back(i);
  }
}

void StageGraph::connect_dependency(std::size_t reader, const std::string& path) {
  const auto link = [&](std::size_t writer, std::string_view output) {
    if (writer == reader) {
      fail_at(stages_[reader], fmt::format("stage '{}' depends on its own output '{}'", stages_[reader].name,
                                           display_path(output)));
    }
    upstream_[reader].push_back(writer);
  };
  if (const auto same = by_output_.find(path); same != by_output_.end()) link(same->second, path);
  any_parent(path, [&](std::string_view parent) {
    const auto around = by_output_.find(std::string(parent));
    if (around == by_output_.end()) return false;
    link(around->second, parent);
    return true;
  });
  const auto [first, last] = outputs_beneath(outputs_, path);
  for (auto output = first; output != last; ++output) link(output->second, output->first);
}

// In or around an output of another stage, as dependencies are.
void StageGraph::connect_import(std::size_t reader, const std::string& path) {
  std::vector<std::size_t> writers;
  if (const auto around = producer_of(path)) writers.push_back(*around);
  const auto [first, last] = outputs_beneath(outputs_, path);
  for (auto output = first; output != last; ++output) writers.push_back(output->second);
  for (const std::size_t writer : writers) {
    if (writer == reader || std::ranges::binary_search(upstream_[reader], writer)) continue;
    if (comes_after(writer, reader)) {
      circular_imports_.emplace(reader, path);
      continue;
    }
    upstream_[reader].push_back(writer);
    downstream_[writer].push_back(reader);
    sort_unique(upstream_[reader]);
    sort_unique(downstream_[writer]);
  }
}

bool StageGraph::comes_after(std::size_t stage, std::size_t other) const {
  std::unordered_set<std::size_t> seen = {stage};
  std::vector<std::size_t> open = {stage};
  while (!open.empty()) {
    const std::size_t at = open.back();
    open.pop_back();
    if (at == other) return true;
    for (const std::size_t before : upstream_[at]) {
      if (seen.insert(before).second) open.push_back(before);
    }
  }
  return false;
}

std::vector<std::vector<std::size_t>> StageGraph::upstream_within(
    const std::vector<std::size_t>& selected) const {
  constexpr std::size_t kNotSelected = SIZE_MAX;
  std::vector<std::size_t> position(stages_.size(), kNotSelected);
  std::vector<std::vector<std::size_t>> within(selected.size());
  for (std::size_t i = 0; i < selected.size(); ++i) {
    for (const std::size_t before : upstream_[selected[i]]) {
      if (position[before] != kNotSelected) within[i].push_back(position[before]);
    }
    position[selected[i]] = i;
  }
  return within;
}

bool StageGraph::is_circular_import(std::size_t stage, const std::string& path) const {
  if (circular_imports_.empty()) return false;
  return circular_imports_.contains({stage, path});
}

void StageGraph::connect_stage_dependencies(std::size_t reader) {
  Stage& stage = stages_[reader];
  std::vector<std::string> names;
  for (const std::string& name : stage.stage_deps) {
    const std::vector<std::size_t> needed = called(name);
    if (needed.empty()) {
      std::vector<std::string_view> known;
      for (const Stage& other : stages_) known.push_back(other.name);
      const auto near = nearest_word(name, known);
      fail_at(stage, fmt::format("stage '{}' needs stage '{}', which is not there", stage.name, name),
              near ? fmt::format("did you mean '{}'?", *near) : "dvx stage list");
    }
    for (const std::size_t writer : needed) {
      if (writer == reader) fail_at(stage, fmt::format("stage '{}' depends on itself", stage.name));
      upstream_[reader].push_back(writer);
      names.push_back(stages_[writer].name);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  stage.stage_deps = std::move(names);
}

// Kahn's algorithm; of the stages that are ready the first of the file goes first.
void StageGraph::sort() {
  std::vector<std::size_t> blockers(stages_.size());
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    blockers[i] = upstream_[i].size();
    if (blockers[i] == 0) ready.push(i);
  }
  order_.reserve(stages_.size());
  while (!ready.empty()) {
    const std::size_t stage = ready.top();
    ready.pop();
    order_.push_back(stage);
    for (const std::size_t next : downstream_[stage]) {
      if (--blockers[next] == 0) ready.push(next);
    }
  }
  if (order_.size() != stages_.size()) fail_with_cycle(blockers);
}

// Every stage left over waits for one left over: going upstream must come round.
void StageGraph::fail_with_cycle(const std::vector<std::size_t>& blockers) const {
  const auto is_left = [&](std::size_t i) { return blockers[i] != 0; };
  std::size_t at = 0;
  while (!is_left(at)) ++at;
  std::vector<std::size_t> path;
  while (std::find(path.begin(), path.end(), at) == path.end()) {
    path.push_back(at);
    at = *std::find_if(upstream_[at].begin(), upstream_[at].end(), is_left);
  }
  std::vector<std::size_t> cycle(std::find(path.begin(), path.end(), at), path.end());
  std::reverse(cycle.begin(), cycle.end());  // in the direction of the data
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  std::string names;
  for (const std::size_t stage : cycle) names += stages_[stage].name + " -> ";
  fail_at(stages_[cycle.front()],
          fmt::format("stages form a cycle: {}{}", names, stages_[cycle.front()].name));
}

std::optional<std::size_t> StageGraph::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> StageGraph::producer_of(std::string_view path) const {
  std::optional<std::size_t> producer;
  const auto is_output = [&](std::string_view candidate) {
    const auto found = by_output_.find(std::string(candidate));
    if (found != by_output_.end()) producer = found->second;
    return found != by_output_.end();
  };
  if (!is_output(path)) any_parent(path, is_output);
  return producer;
}

std::vector<std::size_t> StageGraph::select(const std::vector<std::string>& targets, const std::string& cwd,
                                            Reach reach, FrozenStages frozen) const {
  if (targets.empty()) return order_;
  std::vector<bool> taken(stages_.size());
  std::vector<std::size_t> open;
  const auto take = [&](std::size_t stage) {
    if (!taken[stage]) open.push_back(stage);
    taken[stage] = true;
  };
  for (const std::string& target : targets) {
    for (const std::size_t stage : named_by(target, cwd)) take(stage);
  }
  while (!open.empty() && reach != Reach::Only) {
    const std::size_t stage = open.back();
    open.pop_back();
    const auto ends_at = [&](std::size_t at) { return frozen == FrozenStages::End && stages_[at].frozen; };
    if (reach != Reach::Descendants && !ends_at(stage)) std::ranges::for_each(upstream_[stage], take);
    if (reach == Reach::Ancestors) continue;
    for (const std::size_t next : downstream_[stage]) {
      if (!ends_at(next)) take(next);
    }
  }
  std::vector<std::size_t> selected;
  std::copy_if(order_.begin(), order_.end(), std::back_inserter(selected),
               [&](std::size_t i) { return taken[i]; });
  return selected;
}

std::vector<std::size_t> StageGraph::called(const std::string& address) const {
  if (const auto stage = find(address)) return {*stage};
  const auto group = by_group_.find(address);
  return group == by_group_.end() ? std::vector<std::size_t>() : group->second;
}

// What `target` calls: "name" of the nearest file at or above `cwd`, or "path:name" from there.
std::vector<std::size_t> StageGraph::called_from(const std::string& target, const std::string& cwd) const {
  for (std::string directory = cwd;; directory = parent_path(directory)) {
    auto found = called(stage_address(join_path(directory, kFile), target));
    if (!found.empty()) return found;
    if (directory.empty()) break;
  }
  // What was generated from a value may have a colon in its name, so every one of them is tried.
  for (std::size_t colon = target.find(':'); colon != std::string::npos;
       colon = target.find(':', colon + 1)) {
    std::string path = colon == 0 ? "" : normalize_path(join_path(cwd, target.substr(0, colon)));
    if (file_name(path) == kFile) path = parent_path(path);
    auto found = called(stage_address(join_path(path, kFile), target.substr(colon + 1)));
    if (!found.empty()) return found;
  }
  return {};
}

std::vector<std::size_t> StageGraph::matching(const std::string& pattern, const std::string& cwd) const {
  const std::size_t colon = pattern.rfind(':');
  std::string path =
      colon == std::string::npos ? cwd : normalize_path(join_path(cwd, pattern.substr(0, colon)));
  if (file_name(path) == kFile) path = parent_path(path);
  const std::string name = colon == std::string::npos ? pattern : pattern.substr(colon + 1);
  const std::string from_here = stage_address(join_path(path, kFile), name);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    const auto matches = [&](const std::string& wanted) {
      return ::fnmatch(wanted.c_str(), stages_[i].name.c_str(), 0) == 0;
    };
    if (matches(pattern) || matches(from_here)) found.push_back(i);
  }
  return found;
}

// The stages of a dvx.yaml, or with an output at, in or around the path.
std::vector<std::size_t> StageGraph::at_path(const std::string& path) const {
  std::vector<std::size_t> found;
  if (file_name(path) == kFile) {
    for (std::size_t i = 0; i < stages_.size(); ++i) {
      if (stages_[i].file == path) found.push_back(i);
    }
    return found;
  }
  if (const auto producer = producer_of(path)) return {*producer};
  const auto [first, last] = outputs_beneath(outputs_, path);
  for (auto output = first; output != last; ++output) found.push_back(output->second);
  return found;
}

std::vector<std::size_t> StageGraph::named_by(const std::string& target, const std::string& cwd) const {
  auto named = called_from(target, cwd);
  if (named.empty() && target.find_first_of("*?[") != std::string::npos) named = matching(target, cwd);
  if (named.empty()) named = at_path(normalize_path(join_path(cwd, target)));
  if (named.empty()) fail_with_unknown(target, cwd);
  return named;
}

void StageGraph::fail_with_unknown(const std::string& target, const std::string& cwd) const {
  std::vector<std::string_view> names;
  for (const Stage& stage : stages_) names.push_back(stage.name);
  for (const auto& [group, members] : by_group_) names.push_back(group);
  std::sort(names.begin(), names.end());
  for (const auto& [path, stage] : outputs_) names.push_back(path);
  auto near = nearest_word(target, names);
  if (!near) near = nearest_word(normalize_path(join_path(cwd, target)), names);
  throw Error{ErrorKind::NotFound, fmt::format("no stage or output '{}'", display_path(target)),
              near ? fmt::format("did you mean '{}'?", *near) : "dvx stage list", target};
}

}  // namespace dvx
