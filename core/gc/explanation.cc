#include "core/gc/explanation.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/interrupt.h"
#include "base/path.h"
#include "core/gc/kept_runs.h"
#include "objects/store/frame_reader.h"

namespace dvx {

namespace {

// Where below some data the object is. Trees and recipes are looked into once, whoever names them.
class Search {
 public:
  Search(const ObjectStore& store, const ObjectId& wanted) : store_(store), wanted_(wanted) {}

  // "" when the data is the object itself.
  const std::optional<std::string>& in(const ObjectId& id, EntryKind kind) {
    auto& memo = kind == EntryKind::Directory ? trees_ : files_;
    if (const auto known = memo.find(id); known != memo.end()) return known->second;
    throw_if_interrupted();
    std::optional<std::string> found = id == wanted_                  ? std::string()
                                       : kind == EntryKind::Directory ? in_tree(id)
                                                                      : in_recipe(id);
    if (!found && kind == EntryKind::Directory) found = in_recipe(id);
    return memo.emplace(id, std::move(found)).first->second;
  }

 private:
  std::optional<std::string> in_tree(const ObjectId& id) {
    if (!store_.contains(id)) return std::nullopt;
    const Tree tree = store_.read_tree(id);
    for (const TreeEntry& entry : tree.entries()) {
      if (const auto& below = in(entry.id, entry.kind)) return join_path(entry.name, *below);
    }
    return std::nullopt;
  }

  std::optional<std::string> in_recipe(const ObjectId& id) const {
    const auto location = locate_frame(store_, id);
    if (!location || location->entry.kind != FrameKind::Recipe) return std::nullopt;
    const Recipe recipe = read_recipe(store_, *location);
    const bool has =
        std::ranges::any_of(recipe.chunks, [&](const RecipeChunk& c) { return c.id == wanted_; });
    return has ? std::optional(std::string()) : std::nullopt;
  }

  const ObjectStore& store_;
  const ObjectId wanted_;
  std::unordered_map<ObjectId, std::optional<std::string>> trees_, files_;
};

class Explaining {
 public:
  Explaining(const ObjectStore& store, Roots& roots, const ObjectId& id)
      : store_(store), roots_(roots), wanted_(id), search_(store, id) {}

  std::vector<Reason> run(std::int64_t runs_since_ns) {
    roots_.collect(
        {.data = [&](const DataRef& data, const RootSource& source) { look_at(data, source); },
         .run = [&](const ObjectId& run, const RootSource& source) { runs_[run].push_back(source); }});
    for (const ObjectId& run : young_runs(store_, runs_since_ns)) {
      if (!runs_.contains(run))
        runs_[run].push_back({.repository = store_.directory(),
                              .where = "run cache",
                              .commit = {},
                              .path = {},
                              .blob_id = {},
                              .stage = {}});
    }
    for (const auto& [run, sources] : runs_) look_at_run(run, sources);
    name_tips();
    std::ranges::sort(reasons_, {}, key_of);
    const auto same = [](const Reason& a, const Reason& b) { return key_of(a) == key_of(b); };
    reasons_.erase(std::unique(reasons_.begin(), reasons_.end(), same), reasons_.end());
    return std::move(reasons_);
  }

 private:
  using Key = std::tuple<std::string, std::string, std::string, std::string, std::optional<ObjectId>>;
  static Key key_of(const Reason& reason) {
    const RootSource& s = reason.source;
    return {s.repository, s.where, s.path, s.stage, reason.run};
  }

  void look_at(const DataRef& data, const RootSource& source) {
    if (const auto& inside = search_.in(data.id, object_kind(data))) add({source, std::nullopt, *inside});
  }

  // The whole chain behind a run is searched for each run that a lock file names; each data once.
  void look_at_run(const ObjectId& start, const std::vector<RootSource>& sources) {
    std::unordered_set<ObjectId> seen;
    std::optional<ObjectId> holder;
    for_each_run(store_, {start}, seen, [&](const ObjectId& id, const RunRecord& record) {
      if (holder) return;
      const bool named = id == wanted_ || record.log == wanted_;
      const bool in_outs = std::ranges::any_of(record.outs, [&](const RunOutput& out) {
        return search_.in(out.data.id, object_kind(out.data)).has_value();
      });
      const bool in_deps = std::ranges::any_of(record.deps, [&](const RunDependency& dep) {
        return search_.in(dep.data.id, object_kind(dep.data)).has_value();
      });
      if (named || in_outs || in_deps) holder = id;
    });
    if (!holder) return;
    for (const RootSource& source : sources) add({source, holder, ""});
  }

  void add(Reason reason) {
    if (!reason.source.blob_id.empty()) by_blob_[reason.source.blob_id].push_back(reason);
    reasons_.push_back(std::move(reason));
  }

  // A file was read once, from whatever led to it first; now for everything that leads to it.
  void name_tips() {
    if (by_blob_.empty()) return;
    std::set<std::string> blobs;
    for (const auto& [blob, reasons] : by_blob_) blobs.insert(blob);
    std::vector<Reason> named;
    for (const RootSource& holder : roots_.holders(blobs)) {
      for (Reason reason : by_blob_.at(holder.blob_id)) {
        const std::string stage = reason.source.stage;
        reason.source = holder;
        reason.source.stage = stage;
        named.push_back(std::move(reason));
      }
    }
    std::erase_if(reasons_, [](const Reason& reason) { return !reason.source.blob_id.empty(); });
    std::ranges::move(named, std::back_inserter(reasons_));
  }

  const ObjectStore& store_;
  Roots& roots_;
  const ObjectId wanted_;
  Search search_;
  std::map<ObjectId, std::vector<RootSource>> runs_;
  std::map<std::string, std::vector<Reason>> by_blob_;
  std::vector<Reason> reasons_;
};

}  // namespace

std::vector<Reason> explain(const ObjectStore& store, Roots& roots, std::int64_t runs_since_ns,
                            const ObjectId& id) {
  return Explaining(store, roots, id).run(runs_since_ns);
}

}  // namespace dvx
