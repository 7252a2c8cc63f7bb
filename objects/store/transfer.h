// Moving objects between a store and a remote: only what is missing, in packs, with frames copied as they
// are.
//
// Requests grow with bytes, not with files. Both ways are resumable and idempotent: each pack is on record as
// soon as it is durable, so what was moved before a kill is not moved again. Chunks are always on record
// before the recipe that needs them, here and there, so that a recipe found means a file that can be read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/progress.h"
#include "objects/pack/frame.h"
#include "objects/store/closure.h"
#include "objects/store/object_store.h"
#include "objects/store/remote_index.h"

namespace dvx {

struct TransferOptions {
  std::size_t jobs = 0;  // 0: as many as processors
  std::uint64_t pack_bytes = std::uint64_t{256}
                             << 20;  // a pack, and what is at risk when killed, is about so big
};

struct TransferReport {
  std::uint64_t objects = 0;        // moved: files, link targets, trees, records
  std::uint64_t already_there = 0;  // objects that needed no moving
  std::uint64_t bytes = 0;          // moved, as stored
  std::uint64_t packs = 0;          // written
  std::vector<ObjectId> missing;    // objects that the giving side lacks, or lacks a part of; sorted
  std::vector<ObjectId> damaged;    // frames the giving side has and that are not what their id says; sorted
};

// Everything below `roots` that the remote lacks goes there. The remote is created when it does not exist. A
// frame that is damaged here is never sent.
TransferReport push_objects(const ObjectStore& store, RemoteIndex& remote, std::span<const ClosureRoot> roots,
                            const TransferOptions& options, Progress& progress);

// Everything below `roots` that the store lacks comes here, verified before it is kept.
TransferReport fetch_objects(ObjectStore& store, const RemoteIndex& remote,
                             std::span<const ClosureRoot> roots, const TransferOptions& options,
                             Progress& progress);

// One frame from a remote, encoded and verified; nullopt when the remote has no good one.
std::optional<Frame> fetch_frame(const RemoteIndex& remote, const ObjectId& id);

}  // namespace dvx
