// Checking a local store against its ids, and mending it without ever deleting a byte: what is damaged is
// moved to `quarantine/`, what is good in it is copied to a new pack, what is not is fetched.
//
// What was read and found right is entered in the store's log of checks, so that a share of the data at a
// time is enough to read all of it in the long run.
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
  // Headers, trailers, indexes, that the chunks of each recipe are here; and the bytes of what was written to
  // since it was last read.
  Structure,
  Data,  // and frames and whole files are read and hashed
};

struct FsckOptions {
  FsckDepth depth = FsckDepth::Data;
  double percent = 100;     // of the bytes, with Data: those that were not read for longest
  std::int64_t now_ns = 0;  // 0: nothing is entered in the log of checks
};

struct Damage {
  std::string file;            // relative to the store: "packs/<id>.pack", "whole/ab/…", "index/…"
  std::optional<ObjectId> id;  // frame or whole file; nullopt when the pack as such is unreadable
  FrameKind kind = FrameKind::Chunk;
  std::uint64_t offset = 0;  // of the frame in the pack
  std::string reason;        // "does not hash to its id"
};

// What the log of checks says after this one.
struct FsckCoverage {
  std::uint64_t bytes = 0, bytes_checked = 0;  // of packs and whole files: all, and those ever found right
  std::optional<std::int64_t> oldest_ns;       // of what was checked, what was so longest ago
  std::optional<std::int64_t> all_data_ns;     // when everything was last read in one go
};

struct FsckReport {
  std::uint64_t packs = 0, frames = 0, whole_files = 0, bytes_read = 0;
  FsckCoverage coverage;
  std::vector<Damage> damaged;  // sorted by file, offset
  // Objects that cannot be read: damaged frames, and files whose recipe needs one. Sorted, each once.
  std::vector<ObjectId> lost_objects;

  bool ok() const { return damaged.empty() && lost_objects.empty(); }
};

FsckReport fsck_store(ObjectStore& store, const FsckOptions& options, Progress& progress);

// A good frame under that id from elsewhere, encoded; nullopt when it is not to be had. It is verified here.
using FetchFrame = std::function<std::optional<Frame>(const ObjectId& id)>;

struct RepairReport {
  std::vector<ObjectId> fetched;         // frames that came from elsewhere
  std::vector<ObjectId> lost;            // still not readable
  std::vector<std::string> quarantined;  // files moved, relative to the store
};

RepairReport repair_store(ObjectStore& store, const FsckReport& report, const FetchFrame& fetch,
                          Progress& progress);

}  // namespace dvx
