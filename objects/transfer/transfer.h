// Moves objects between a store and a remote. Only missing objects are moved, in packs, and frames are copied
// unchanged.
//
// The number of requests grows with the bytes, not with the files. Both directions can be resumed and
// repeated: each pack is recorded as soon as it is durable, so objects that were moved before a kill are not
// moved again. On both sides, the chunks are recorded before the recipe that needs them, so a recipe that is
// found means a file that can be read.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/progress.h"
#include "objects/pack/frame.h"
#include "objects/store/object_store.h"
#include "objects/transfer/closure.h"
#include "objects/transfer/remote_index.h"

namespace dvx {

struct TransferOptions {
  // 0 means one for each processor.
  std::size_t jobs = 0;
  // The approximate size of a pack, which is also about how much work a kill can lose.
  std::uint64_t pack_bytes = std::uint64_t{256} << 20;
};

struct TransferReport {
  std::uint64_t objects = 0;        // moved: files, link targets, trees and records
  std::uint64_t already_there = 0;  // objects that needed no moving
  std::uint64_t bytes = 0;          // moved, as stored
  std::uint64_t packs = 0;          // written
  // Objects that the sending side lacks completely or in part, sorted.
  std::vector<ObjectId> missing;
  // Frames that the sending side has but that do not match their id, sorted.
  std::vector<ObjectId> damaged;
};

// Sends everything below `roots` that the remote lacks. The remote is created when it does not exist. A frame
// that is damaged in the store is never sent.
TransferReport push_objects(const ObjectStore& store, RemoteIndex& remote, std::span<const ClosureRoot> roots,
                            const TransferOptions& options, Progress& progress);

// Fetches everything below `roots` that the store lacks. The bytes are verified before they are kept.
TransferReport fetch_objects(ObjectStore& store, const RemoteIndex& remote,
                             std::span<const ClosureRoot> roots, const TransferOptions& options,
                             Progress& progress);

// Returns one frame from a remote, encoded and verified, or nullopt when the remote has no good one.
std::optional<Frame> fetch_frame(const RemoteIndex& remote, const ObjectId& id);

}  // namespace dvx
