// The state of a path of the workspace as a DataRef: walk, reuse what the index knows, hash the rest.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/workspace/scan.h"
#include "core/workspace/walk.h"
#include "objects/model/tree.h"
#include "objects/store/ingest.h"

namespace dvx {

struct SnapshotOptions {
  // Store: afterwards every object of the DataRef is in the store, durable (or in `into`). HashOnly: the
  // store is not touched and trees are only computed.
  IngestMode mode = IngestMode::HashOnly;
  // Called with every tree that is built, nested ones before those that hold them, from the calling thread;
  // may be empty. So `diff` and `status` compare with a workspace whose trees are in no store.
  std::function<void(const std::string& path, const ObjectId& id, const Tree& tree)> on_tree;
  FreshFiles fresh = FreshFiles::Await;
  Ingest* into = nullptr;  // in Store mode: a session of the caller's, who finishes it
  WhenInterrupted interrupted = WhenInterrupted::Stop;
};

struct Snapshot {
  std::optional<DataRef> data;     // nullopt: the path does not exist
  std::vector<FailedPath> failed;  // unreadable, fifo, changed while read; then `data` is nullopt too
  // Sorted: files whose bytes are not those that they had before the machine was last started, though nobody
  // has written to them: what a power cut leaves.
  std::vector<std::string> damaged;
  std::uint64_t hashed_files = 0, reused_files = 0;
};

// `path` is from the root: a file, or a directory walked under .dvxignore rules. Takes no lock.
Snapshot take_snapshot(Repository& repository, const std::string& path, const SnapshotOptions& options,
                       Progress& progress);
// Several paths in one pass of the store; the i-th result belongs to the i-th path.
std::vector<Snapshot> take_snapshots(Repository& repository, const std::vector<std::string>& paths,
                                     const SnapshotOptions& options, Progress& progress);

}  // namespace dvx
