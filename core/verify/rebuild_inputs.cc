#include "core/verify/rebuild_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "core/workspace/data_within.h"

namespace dvx {

RebuildInputs::RebuildInputs(Repository& original, CleanCopy& copy, PipelineSurvey& survey,
                             std::set<std::string> rebuilt, std::vector<std::string>& notes,
                             Progress& progress)
    : original_(original),
      copy_(copy),
      survey_(survey),
      tracked_(tracked_paths(original)),
      rebuilt_(std::move(rebuilt)),
      notes_(notes),
      progress_(progress) {}

void RebuildInputs::bring(const Stage& stage) {
  std::vector<CheckoutTarget> targets;
  for (const StageDependency& dep : stage.deps) {
    bool found = false;
    for (const TrackedPath& tracked : tracked_) {
      if (!is_beneath(dep.path, tracked.path) && !is_beneath(tracked.path, dep.path)) continue;
      found = true;
      if (rebuilt_.contains(tracked.stage)) continue;
      const bool part = is_beneath(dep.path, tracked.path);
      const std::string& path = part ? dep.path : tracked.path;
      if (!tracked.cached) bring_untracked(path);  // git may not have it yet
      if (!tracked.data || !tracked.cached) continue;
      const auto data =
          part ? data_within(original_.store(), *tracked.data, tracked.path, dep.path) : tracked.data;
      if (data && brought_.insert(path).second) targets.push_back({path, *data});
    }
    if (!found) bring_untracked(dep.path);
  }
  for (const StageParams& params : stage.params) bring_untracked(params.file);
  if (const LockedStage* locked = survey_.locked(stage.name)) bring_imports(*locked);
  if (!targets.empty()) copy_.check_out(targets, progress_);
}

// Code is in git, unless somebody has not added it yet, or a stage makes it.
void RebuildInputs::bring_imports(const LockedStage& locked) {
  if (!locked.environment->contains("imports")) return;
  for (const auto& [text, content] : (*locked.environment)["imports"].items()) {
    const std::string path = path_from_json_text(text);
    const auto maker = survey_.maker_of(path);
    if (maker && rebuilt_.contains(survey_.stages()[*maker].name)) continue;
    if (const TrackedPath* tracked = tracked_around(tracked_, path);
        tracked && tracked->data && tracked->cached) {
      const auto data = data_within(original_.store(), *tracked->data, tracked->path, path);
      if (data && brought_.insert(path).second) copy_.check_out({{path, *data}}, progress_);
    } else {
      bring_untracked(path);
    }
    survey_.forget(path);
  }
}

void RebuildInputs::bring_untracked(const std::string& path) {
  if (copy_.has(path) || !exists(original_.path(path))) return;
  copy_.take_untracked(path);
  notes_.push_back(
      fmt::format("'{}' is in neither git nor dvx: a clone cannot rebuild from it", display_path(path)));
}

void RebuildInputs::restore_outputs(const LockedStage& locked) {
  for (const LockedPath& out : locked.outs) {
    survey_.forget(out.path);
    const auto declared = std::find_if(tracked_.begin(), tracked_.end(),
                                       [&](const TrackedPath& t) { return t.path == out.path; });
    if (declared != tracked_.end() && !declared->cached) {
      remove_tree(copy_.join(out.path));
      copy_.take_untracked(out.path);
    } else {
      bring_back({out.path, out.data});
    }
  }
}

// What the store lacks is absent here too: stages that read it are told to be blocked.
void RebuildInputs::bring_back(const CheckoutTarget& target) {
  try {
    copy_.check_out({target}, progress_);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::NotFound && error.kind() != ErrorKind::Corruption) throw;
    remove_tree(copy_.join(target.path));
  }
}

}  // namespace dvx
