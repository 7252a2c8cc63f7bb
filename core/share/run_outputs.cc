#include "core/share/run_outputs.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "core/formats/run_record.h"
#include "core/share/named_objects.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

std::optional<RunRecord> readable_record(const ObjectStore& store, const ObjectId& run) {
  if (!store.contains(run)) return std::nullopt;
  try {
    return parse_run_record(store.read_bytes(run), run.to_hex());
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Corruption || error.kind() == ErrorKind::NotFound) return std::nullopt;
    throw;
  }
}

}  // namespace

RunOutputs run_outputs_unless_said(Repository& repository, std::optional<RunOutputs> said) {
  if (said) return *said;
  return repository.config().bool_or("core.runCache", false) ? RunOutputs::Carry : RunOutputs::Leave;
}

std::vector<RunWithOutputs> outputs_of_runs(const ObjectStore& store, const std::vector<RunCacheEntry>& runs,
                                            const std::set<std::string>& private_paths,
                                            const std::function<bool(const ObjectId&)>& has) {
  std::vector<RunWithOutputs> result;
  for (const RunCacheEntry& entry : runs) {
    throw_if_interrupted();
    const auto record = readable_record(store, entry.run);
    if (!record || record->exit_status != 0) continue;
    RunWithOutputs run{entry, {}};
    for (const RunOutput& out : record->outs) {
      if ((out.cached || has(out.data.id)) && !private_paths.contains(out.path))
        run.outs.push_back(closure_root(out.path, out.data));
    }
    result.push_back(std::move(run));
  }
  return result;
}

std::vector<ClosureRoot> all_outputs(const std::vector<RunWithOutputs>& runs) {
  std::vector<ClosureRoot> all;
  for (const RunWithOutputs& run : runs) all.insert(all.end(), run.outs.begin(), run.outs.end());
  return all;
}

std::vector<RunCacheEntry> runs_without(const ObjectStore& store, const std::vector<RunWithOutputs>& runs,
                                        const std::unordered_set<ObjectId>& gone) {
  std::vector<RunCacheEntry> whole;
  for (const RunWithOutputs& run : runs) {
    if (name_objects(store, run.outs, gone).empty()) whole.push_back(run.entry);
  }
  return whole;
}

std::set<std::string> private_outputs(Repository& repository) {
  std::set<std::string> paths;
  for (const TrackedPath& tracked : tracked_paths(repository)) {
    const bool is_private = !tracked.push || !tracked.remote.empty();
    if (!tracked.stage.empty() && is_private) paths.insert(tracked.path);
  }
  return paths;
}

}  // namespace dvx
