// The sweeping half of a garbage collection: what goes, what is rewritten, and how it is moved to the trash.
//
// plan_collection() decides and changes nothing on disk; collect() carries it out: live frames of packs that
// go are copied first, durable and indexed; then, alone in the store for a moment, it marks what was named
// meanwhile and moves away what still nobody wants. Killed anywhere, nothing that is wanted is out of reach,
// and the next collection finds the rest (docs/gc.md, docs/adr/0004-gc-beside-writers.md).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "objects/store/mark.h"
#include "objects/store/object_store.h"
#include "objects/store/trash.h"

namespace dvx {

enum class Purge : std::uint8_t { Expired, Everything };

struct GcOptions {
  std::int64_t now_ns = 0;
  std::int64_t grace_ns = 0;  // what is younger stays, wanted or not
  std::int64_t trash_ns = 0;  // how long the trash is kept
  Purge purge = Purge::Expired;
  std::chrono::milliseconds patience{60'000};  // for writers to end
};

enum class PackFate : std::uint8_t {
  Keep,
  Drop,     // nothing in it is wanted
  Rewrite,  // what is wanted of it goes to a new pack
};

struct GcPack {
  ObjectId id;
  PackFate fate = PackFate::Keep;
  bool young = false, small = false;  // small: one of many that are to become one
  std::uint64_t size = 0;             // of the file
  std::uint64_t frames = 0, wanted_frames = 0;
  std::uint64_t stored = 0, wanted = 0;  // bytes of frames; of a young pack all are wanted
};

struct GcPlan {
  std::vector<GcPack> packs;  // sorted by id
  std::uint64_t whole_files = 0, whole_bytes = 0;
  std::uint64_t unwanted_whole_files = 0, unwanted_whole_bytes = 0;
  std::uint64_t young_whole_files = 0;  // of them, that stay for now

  std::uint64_t packs_with(PackFate fate) const;
  std::uint64_t freed_bytes() const;  // once the trash is purged
  std::uint64_t freed_frames() const;
  std::uint64_t idle_bytes() const;  // not wanted, in packs that stay
  bool changes_anything() const;
};

GcPlan plan_collection(ObjectStore& store, Mark& mark, const GcOptions& options, Progress& progress);

// What the caller knows of names, asked for while nobody can add any.
struct GcNames {
  std::function<void(Mark&)> mark_again;                  // what was named since
  std::function<std::vector<std::string>()> stale_files;  // other files of the store that may go, after it
};

struct GcOutcome {
  std::uint64_t packs = 0, frames = 0, whole_files = 0, other_files = 0, bytes = 0;  // to the trash
  std::uint64_t rewritten = 0, new_packs = 0, new_bytes = 0;
  std::uint64_t wanted_again = 0;  // packs that stayed after all
  std::uint64_t purged_batches = 0, purged_bytes = 0;
  std::vector<std::string> notes;  // what was left out, and why
};

// Locked when others write for longer than the patience; Corruption for frames that are not what they should.
GcOutcome collect(ObjectStore& store, Mark& mark, GcPlan plan, const GcOptions& options, const GcNames& names,
                  Progress& progress);

// Where an object is, without bringing it from one place to the other.
enum class ObjectPlace : std::uint8_t { Store, Trash, Nowhere };
ObjectPlace place_of(const ObjectStore& store, const ObjectId& id);

std::vector<Trash::Batch> list_trash(const ObjectStore& store);  // oldest first
bool holds_nothing(const ObjectStore& store);
// For repair: what a collection moved away may be better than what is here.
std::optional<Frame> frame_in_trash(const ObjectStore& store, const ObjectId& id);

}  // namespace dvx
