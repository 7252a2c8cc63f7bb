// Checks a local store against its ids and repairs it without deleting a byte. Damaged files are moved to
// `quarantine/`, their good frames are copied to a new pack, and the others are fetched.
//
// Files that were read and found right are entered in the log of checks of the store. When each run reads a
// share of the data, all of it is therefore read in the long run.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "objects/pack/frame.h"
#include "objects/store/object_store.h"

namespace dvx {

enum class FsckDepth : std::uint8_t {
  // Checks headers, trailers and indexes, and that the chunks of each recipe are present. Reads the bytes
  // only of files that were written to since they were last read.
  Structure,
  // Also reads and hashes frames and whole files.
  Data,
};

struct FsckOptions {
  FsckDepth depth = FsckDepth::Data;
  // The share of the bytes to read with Data, in percent. The files that were not read for the longest time
  // come first.
  double percent = 100;
  // The current time; 0 means that nothing is entered in the log of checks.
  std::int64_t now_ns = 0;
};

struct Damage {
  // The path in the store: "packs/<id>.pack", "whole/ab/…", "index/…".
  std::string file;
  // The frame or whole file; nullopt when the pack itself is unreadable.
  std::optional<ObjectId> id;
  FrameKind kind = FrameKind::Chunk;
  // The offset of the frame in the pack.
  std::uint64_t offset = 0;
  // For example "does not hash to its id".
  std::string reason;
};

// How much of the store the log of checks covers after this run.
struct FsckCoverage {
  // The size of all packs and whole files, and of those that were ever found right.
  std::uint64_t bytes = 0, bytes_checked = 0;
  // Among the checked files, the check that is longest ago.
  std::optional<std::int64_t> oldest_ns;
  // When everything was last read in one run.
  std::optional<std::int64_t> all_data_ns;
};

struct FsckReport {
  std::uint64_t packs = 0, frames = 0, whole_files = 0, bytes_read = 0;
  FsckCoverage coverage;
  std::vector<Damage> damaged;  // sorted by file and offset
  // The objects that cannot be read: damaged frames, and files whose recipe needs one. They are sorted, each
  // listed once.
  std::vector<ObjectId> lost_objects;

  bool ok() const { return damaged.empty() && lost_objects.empty(); }
};

FsckReport fsck_store(ObjectStore& store, const FsckOptions& options, Progress& progress);

// Gets a good frame with that id from elsewhere, encoded, or returns nullopt when there is none. The repair
// verifies the frame.
using FetchFrame = std::function<std::optional<Frame>(const ObjectId& id)>;

struct RepairReport {
  std::vector<ObjectId> fetched;         // frames that came from elsewhere
  std::vector<ObjectId> lost;            // objects that still cannot be read
  std::vector<std::string> quarantined;  // files that were moved, as paths in the store
};

RepairReport repair_store(ObjectStore& store, const FsckReport& report, const FetchFrame& fetch,
                          Progress& progress);

}  // namespace dvx
