// The second half of a garbage collection: deciding which files go and which are rewritten, and moving them
// to the trash.
//
// plan_collection() decides and changes nothing on disk. collect() carries the plan out. First it copies the
// live frames of packs that go, so that the copies are durable and indexed. Then it waits until no other
// process writes to the store, marks what was named in the meantime, and moves away what is still unwanted.
// If it is killed at any point, everything that is wanted can still be reached, and the next collection finds
// the rest (docs/gc.md, docs/adr/0004-gc-beside-writers.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "objects/store/object_store.h"
#include "objects/store/trash.h"
#include "objects/upkeep/mark.h"

namespace dvx {

enum class Purge : std::uint8_t { Expired, Everything };

struct GcOptions {
  std::int64_t now_ns = 0;
  // Files younger than this stay, wanted or not.
  std::int64_t grace_ns = 0;
  // How long files stay in the trash.
  std::int64_t trash_ns = 0;
  Purge purge = Purge::Expired;
  // How long to wait for writers to end.
  std::chrono::milliseconds patience{60'000};
};

enum class PackFate : std::uint8_t {
  Keep,
  // Nothing in the pack is wanted.
  Drop,
  // The wanted frames of the pack go to a new pack.
  Rewrite,
};

struct GcPack {
  ObjectId id;
  PackFate fate = PackFate::Keep;
  // A pack is small when it is one of many that are to become one.
  bool young = false, small = false;
  // The size of the file.
  std::uint64_t size = 0;
  std::uint64_t frames = 0, wanted_frames = 0;
  // Bytes of frames. In a young pack, all of them count as wanted.
  std::uint64_t stored = 0, wanted = 0;
};

struct GcPlan {
  std::vector<GcPack> packs;  // sorted by id
  std::uint64_t whole_files = 0, whole_bytes = 0;
  std::uint64_t unwanted_whole_files = 0, unwanted_whole_bytes = 0;
  // The unwanted whole files that stay for now because they are young.
  std::uint64_t young_whole_files = 0;

  std::uint64_t packs_with(PackFate fate) const;
  // Returns the bytes that become free once the trash is purged.
  std::uint64_t freed_bytes() const;
  std::uint64_t freed_frames() const;
  // Returns the bytes of unwanted frames in packs that stay.
  std::uint64_t idle_bytes() const;
  bool changes_anything() const;
};

GcPlan plan_collection(ObjectStore& store, Mark& mark, const GcOptions& options, Progress& progress);

// Callbacks that tell collect() which objects are named. They are called while no other process can name new
// ones.
struct GcNames {
  // Marks what was named since the plan was made.
  std::function<void(Mark&)> mark_again;
  // Returns other files of the store that may go. It is called after mark_again.
  std::function<std::vector<std::string>()> stale_files;
};

struct GcOutcome {
  // What was moved to the trash.
  std::uint64_t packs = 0, frames = 0, whole_files = 0, other_files = 0, bytes = 0;
  std::uint64_t rewritten = 0, new_packs = 0, new_bytes = 0;
  // The packs that stayed because they became wanted again.
  std::uint64_t wanted_again = 0;
  std::uint64_t purged_batches = 0, purged_bytes = 0;
  // What was left out, and why.
  std::vector<std::string> notes;
};

// Throws Error{Locked} when others write for longer than the patience, and Error{Corruption} for frames that
// do not match their ids.
GcOutcome collect(ObjectStore& store, Mark& mark, GcPlan plan, const GcOptions& options, const GcNames& names,
                  Progress& progress);

// Tells where an object is, without moving it from the trash to the store.
enum class ObjectPlace : std::uint8_t { Store, Trash, Nowhere };
ObjectPlace place_of(const ObjectStore& store, const ObjectId& id);

std::vector<Trash::Batch> list_trash(const ObjectStore& store);  // oldest first
bool holds_nothing(const ObjectStore& store);
// Used by repair: a pack that a collection moved away may be better than what is in the store.
std::optional<Frame> frame_in_trash(const ObjectStore& store, const ObjectId& id);

}  // namespace dvx
