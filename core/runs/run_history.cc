#include "core/runs/run_history.h"

#include <algorithm>
#include <tuple>

#include "base/interrupt.h"
#include "base/path.h"
#include "core/runs/run_cache.h"

namespace dvx {

namespace {

void sort_by_importance(std::vector<const KnownRun*>& runs) {
  std::sort(runs.begin(), runs.end(), [](const KnownRun* a, const KnownRun* b) {
    return std::tuple(!a->locked, -a->record.started_ns, a->id) <
           std::tuple(!b->locked, -b->record.started_ns, b->id);
  });
}

// The first path inside of `tree` with this content. Trees whose nested trees were not fetched hold nothing.
std::optional<std::string> find_inside(const ObjectStore& store, const ObjectId& tree,
                                       const ObjectId& content) {
  std::optional<std::string> found;
  try {
    store.walk_tree(tree, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.id == content && !found) found = path;
    });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::NotFound) throw;
  }
  return found;
}

}  // namespace

RunHistory::RunHistory(const ObjectStore& store, const LockFile& lock) : store_(store) {
  for (const auto& [name, stage] : lock.stages) locked_[stage.run] = true;
  for (const auto& [id, locked] : locked_) load(id);
  for (const RunCacheEntry& entry : RunCache(store).all()) load(entry.run);
}

const KnownRun* RunHistory::load(const ObjectId& id) {
  const auto known = runs_.find(id);
  if (known != runs_.end()) return &known->second;
  if (unreadable_.contains(id)) return nullptr;
  throw_if_interrupted();
  try {
    KnownRun run{.id = id,
                 .record = parse_run_record(store_.read_bytes(id), id.to_hex()),
                 .locked = locked_.contains(id)};
    for (const RunOutput& out : run.record.outs) makers_[out.data.id].push_back(id);
    return &runs_.emplace(id, std::move(run)).first->second;
  } catch (const Error& error) {
    unreadable_.emplace(id, error);
    return nullptr;
  }
}

const KnownRun* RunHistory::find(const ObjectId& id) {
  return load(id);
}

std::vector<const KnownRun*> RunHistory::makers_of(const ObjectId& content) {
  std::vector<const KnownRun*> found;
  const auto it = makers_.find(content);
  if (it == makers_.end()) return found;
  for (const ObjectId& id : it->second) found.push_back(&runs_.at(id));
  sort_by_importance(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<std::pair<const KnownRun*, std::string>> RunHistory::makers_inside(const ObjectId& content) {
  std::map<ObjectId, std::optional<std::string>> inside;  // tree → where in it
  std::vector<std::pair<const KnownRun*, std::string>> found;
  for (const KnownRun* run : all()) {
    for (const RunOutput& out : run->record.outs) {
      if (out.data.kind != DataKind::Tree || !store_.contains(out.data.id)) continue;
      const auto [known, fresh] = inside.try_emplace(out.data.id);
      if (fresh) known->second = find_inside(store_, out.data.id, content);
      if (known->second) found.emplace_back(run, join_path(out.path, *known->second));
    }
  }
  return found;
}

std::vector<const KnownRun*> RunHistory::all() const {
  std::vector<const KnownRun*> runs;
  for (const auto& [id, run] : runs_) runs.push_back(&run);
  sort_by_importance(runs);
  return runs;
}

std::vector<RunConflict> RunHistory::conflicts_of(const ObjectId& key) const {
  std::vector<RunConflict> conflicts;
  std::map<std::string, std::pair<const KnownRun*, ObjectId>> first;  // by output path
  for (const KnownRun* run : all()) {
    if (run->record.key != key || run->record.exit_status != 0) continue;
    for (const RunOutput& out : run->record.outs) {
      const auto [it, fresh] = first.try_emplace(out.path, run, out.data.id);
      if (fresh || it->second.second == out.data.id) continue;
      conflicts.push_back(
          {run->record.stage, out.path, key, it->second.first->id, run->id, it->second.second, out.data.id});
    }
  }
  std::sort(conflicts.begin(), conflicts.end(), [](const RunConflict& a, const RunConflict& b) {
    return std::tie(a.path, a.second_run) < std::tie(b.path, b.second_run);
  });
  return conflicts;
}

}  // namespace dvx
