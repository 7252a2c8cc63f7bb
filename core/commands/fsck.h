// `dvx fsck`: is the store in order, is everything in it what its id says, and is everything here that is
// tracked? With repair, what is damaged or missing comes from the remotes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/pipeline/run_cache_check.h"
#include "core/repo/repository.h"
#include "core/share/named_objects.h"
#include "objects/upkeep/fsck.h"

namespace dvx {

enum class Repair { No, FromRemotes };

struct FsckCommandOptions {
  FsckDepth depth = FsckDepth::Structure;
  double percent = 100;  // of the data, with FsckDepth::Data
  Repair repair = Repair::No;
  std::string remote;  // to repair from; "" is all of them
};

struct FsckCommandReport {
  FsckReport store;                   // as found
  std::vector<NamedObject> affected;  // tracked paths that need something damaged
  std::vector<NamedObject> missing;   // tracked paths with objects that are not here
  RunCacheCheck run_cache;
  std::optional<RunCacheMending> run_cache_mending;
  std::optional<RepairReport> repair;
  std::uint64_t fetched = 0;             // missing objects that came from a remote
  std::vector<std::string> unreachable;  // remotes that could not be asked: "origin: why"
  // After repair; equal to the above without it.
  std::vector<ObjectId> lost;
  std::vector<NamedObject> lost_paths, still_missing;

  bool is_damaged() const { return !lost.empty() || (!repair && !store.ok()); }
};

FsckCommandReport fsck(Repository& repository, const FsckCommandOptions& options, Progress& progress);

}  // namespace dvx
