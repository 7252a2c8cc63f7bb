// What the runs of the run cache made, as far as it travels with them (`--run-cache`).
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "core/repo/repository.h"
#include "core/runs/run_cache.h"
#include "objects/store/object_store.h"
#include "objects/transfer/closure.h"

namespace dvx {

// Whether a push or a fetch carries what the runs of the run cache made, besides their records.
enum class RunOutputs { Leave, Carry };

// As `--run-cache` and `--no-run-cache` say, else `core.runCache`.
RunOutputs run_outputs_unless_said(Repository& repository, std::optional<RunOutputs> said);

struct RunWithOutputs {
  RunCacheEntry entry;
  std::vector<ClosureRoot> outs;
};

// Of those of `runs` whose records are here and that succeeded: their outputs, without those at
// `private_paths` and without what is kept by git and that the giving side has never seen (`has`).
std::vector<RunWithOutputs> outputs_of_runs(const ObjectStore& store, const std::vector<RunCacheEntry>& runs,
                                            const std::set<std::string>& private_paths,
                                            const std::function<bool(const ObjectId&)>& has);

std::vector<ClosureRoot> all_outputs(const std::vector<RunWithOutputs>& runs);

// The runs that need none of `gone`. Sorted as given.
std::vector<RunCacheEntry> runs_without(const ObjectStore& store, const std::vector<RunWithOutputs>& runs,
                                        const std::unordered_set<ObjectId>& gone);

// Outputs of the pipeline in the work tree that are not for the default remote: `push: false`, or a remote of
// their own.
std::set<std::string> private_outputs(Repository& repository);

}  // namespace dvx
