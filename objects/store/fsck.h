// Checking a local store against its ids, and mending it without ever deleting a byte: what is damaged is
// moved to `quarantine/`, what is good in it is copied to a new pack, what is not is fetched.
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
  Structure,  // headers, trailers, indexes, that the chunks of each recipe are here
  Data,       // and every frame and whole file is read and hashed
};

struct FsckOptions {
  FsckDepth depth = FsckDepth::Data;
};

struct Damage {
  std::string file;            // relative to the store: "packs/<id>.pack", "whole/ab/…", "index/…"
  std::optional<ObjectId> id;  // frame or whole file; nullopt when the pack as such is unreadable
  FrameKind kind = FrameKind::Chunk;
  std::uint64_t offset = 0;  // of the frame in the pack
  std::string reason;        // "does not hash to its id"
};

struct FsckReport {
  std::uint64_t packs = 0, frames = 0, whole_files = 0, bytes_read = 0;
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
