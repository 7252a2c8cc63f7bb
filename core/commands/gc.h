// dvx gc: removing from the store what no name leads to any more (docs/gc.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/gc/explanation.h"
#include "core/repo/repository.h"
#include "core/workspace/changed_links.h"
#include "objects/store/trash.h"
#include "objects/upkeep/gc.h"

namespace dvx {

enum class GcMode : std::uint8_t { DryRun, Apply };
enum class Grace : std::uint8_t { Hour, None };  // for what came to the store just now

struct GcCommandOptions {
  GcMode mode = GcMode::DryRun;
  Purge purge = Purge::Expired;
  Grace grace = Grace::Hour;
  std::vector<std::string> disregarded;  // git blobs that are named like pointers and are none
};

struct GcRootCounts {
  std::uint64_t repositories = 0, work_trees = 0, commits = 0, names = 0, runs = 0;
};

struct GcReport {
  GcRootCounts roots;
  GcPlan plan;
  std::uint64_t stale_runs = 0;                              // entries of the run cache that go
  std::uint64_t brought_back = 0;                            // times that something wanted was in the trash
  std::vector<Trash::Batch> trash;                           // before
  std::uint64_t purgeable_batches = 0, purgeable_bytes = 0;  // of it
  std::vector<ChangedLink> changed;  // objects that were written into through a link; set aside unless dry
  std::optional<GcOutcome> outcome;  // nullopt for a dry run
};

// Blocked when nothing names anything; Config, NotFound or Corruption when a root cannot be read; Locked when
// others write.
GcReport gc(Repository& repository, const GcCommandOptions& options, Progress& progress);

// Where an object is, and why it stays.
struct GcExplanation {
  ObjectId id;
  ObjectPlace place = ObjectPlace::Nowhere;
  std::vector<Reason> reasons;
};
GcExplanation gc_explain(Repository& repository, const std::string& typed, const GcCommandOptions& options,
                         Progress& progress);

// Takes a repository off the list of those that use the store; its root as it was entered. NotFound with the
// ones that there are.
std::string gc_forget(Repository& repository, const std::string& typed);

}  // namespace dvx
