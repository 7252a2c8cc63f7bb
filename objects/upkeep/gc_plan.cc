#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/interrupt.h"
#include "objects/store/frame_reader.h"
#include "objects/store/store_impl.h"
#include "objects/upkeep/gc.h"

namespace dvx {

namespace {

// A pack is rewritten when less than half of it is wanted, because then fewer bytes are copied than freed.
constexpr std::uint64_t kWantedShare = 2;
constexpr std::uint64_t kSmallPack = std::uint64_t{16} << 20;
constexpr std::size_t kManySmall = 10;

std::int64_t age_of(const struct ::stat& st, std::int64_t now_ns) {
  // The ctime is the time when the file came to its place, either from a session or out of the trash.
  return now_ns - to_ns(st.st_ctim);
}

// The plan weighs every pack by the bytes of its frames that are wanted. A young pack stays. A pack with
// nothing wanted is dropped. A pack of which less than half is wanted is rewritten. Every other pack stays,
// and then the chunks of all its recipes must stay too, even of unwanted ones. This marks more chunks as
// wanted, which may change earlier decisions, so all packs are weighed again until a pass marks nothing new.
// Marks are never removed, so this ends. At last, when there are kManySmall small packs or more, they are
// rewritten into fewer packs, and the whole files are counted.
class Planning {
 public:
  Planning(ObjectStore& store, Mark& mark, const GcOptions& options, Progress& progress)
      : store_(store), mark_(mark), options_(options), progress_(progress) {}

  GcPlan run() {
    refuse_damage();
    progress_.begin("weighing", mark_.numbers().packs().size(), 0);
    for (const ObjectId& id : mark_.numbers().packs()) enter(id);
    while (decide()) {
    }
    merge_small();
    weigh_whole_files();
    progress_.end();
    return std::move(plan_);
  }

 private:
  // A damaged pack stops the plan, because it may hold a tree that names objects which look unwanted now.
  void refuse_damage() const {
    const auto damaged = store_.impl().index.damaged_packs();
    if (damaged.empty()) return;
    throw Error(
        ErrorKind::Corruption,
        fmt::format("pack '{}' cannot be read, so it is not known what is wanted; nothing was removed",
                    damaged.front()),
        "dvx fsck --repair", damaged.front());
  }

  void enter(const ObjectId& id) {
    const auto st = stat_if_exists(store_.impl().pack_path(id));
    if (!st) return;  // it has disappeared in the meantime
    GcPack pack;
    pack.id = id;
    pack.size = static_cast<std::uint64_t>(st->st_size);
    pack.young = age_of(*st, options_.now_ns) < options_.grace_ns;
    plan_.packs.push_back(pack);
  }

  // Decides the fate of each pack. Returns true when it marked something, because then earlier decisions may
  // be wrong.
  bool decide() {
    bool marked = false;
    for (GcPack& pack : plan_.packs) {
      throw_if_interrupted();
      const auto reader = open_pack(store_, pack.id);
      const std::vector<PackEntry> unwanted_recipes = weigh(pack, *reader);
      pack.fate = fate_of(pack, *reader, unwanted_recipes);
      progress_.advance(1, 0);
      if (pack.fate != PackFate::Keep) continue;
      // A recipe that is found must mean a file that can be read, whether the recipe is wanted or not.
      for (const PackEntry& recipe : unwanted_recipes)
        marked = mark_.keep_chunks_of(*reader, recipe) > 0 || marked;
    }
    return marked;
  }

  std::vector<PackEntry> weigh(GcPack& pack, const PackReader& reader) const {
    std::vector<PackEntry> unwanted_recipes;
    pack.frames = reader.entry_count();
    pack.stored = pack.wanted = pack.wanted_frames = 0;
    for (std::uint64_t i = 0; i < pack.frames; ++i) {
      const PackEntry entry = reader.entry(i);
      const bool wanted = mark_.is_wanted(entry.id);
      pack.stored += entry.stored_length;
      if (wanted || pack.young) {
        pack.wanted += entry.stored_length;
        ++pack.wanted_frames;
      }
      if (!wanted && entry.kind == FrameKind::Recipe) unwanted_recipes.push_back(entry);
    }
    return unwanted_recipes;
  }

  // Decides the fate of one pack. An unwanted recipe counts with the bytes of the chunks that would stay only
  // for its sake.
  PackFate fate_of(const GcPack& pack, const PackReader& reader,
                   const std::vector<PackEntry>& unwanted_recipes) const {
    if (pack.young) return PackFate::Keep;
    if (pack.wanted_frames == 0) return PackFate::Drop;
    std::uint64_t freed = pack.stored - pack.wanted;
    if (freed * kWantedShare > pack.stored) return PackFate::Rewrite;
    for (const PackEntry& recipe : unwanted_recipes) {
      freed += mark_.unwanted_bytes_of(reader, recipe);
      if (freed > pack.wanted) return PackFate::Rewrite;
    }
    return PackFate::Keep;
  }

  void merge_small() {
    std::vector<GcPack*> small;
    for (GcPack& pack : plan_.packs) {
      if (pack.fate == PackFate::Keep && pack.size < kSmallPack) small.push_back(&pack);
    }
    if (small.size() < kManySmall) return;
    for (GcPack* pack : small) {
      pack->fate = PackFate::Rewrite;
      pack->small = true;
    }
  }

  void weigh_whole_files() {
    for_each_whole_file(store_, [&](const ObjectId& id) {
      const auto st = stat_if_exists(store_.impl().whole_path(id));
      if (!st) return;
      const auto size = static_cast<std::uint64_t>(st->st_size);
      ++plan_.whole_files;
      plan_.whole_bytes += size;
      if (mark_.is_wanted(id)) return;
      if (age_of(*st, options_.now_ns) < options_.grace_ns) {
        ++plan_.young_whole_files;
        return;
      }
      ++plan_.unwanted_whole_files;
      plan_.unwanted_whole_bytes += size;
    });
  }

  ObjectStore& store_;
  Mark& mark_;
  const GcOptions& options_;
  Progress& progress_;
  GcPlan plan_;
};

}  // namespace

std::uint64_t GcPlan::packs_with(PackFate fate) const {
  return static_cast<std::uint64_t>(std::ranges::count(packs, fate, &GcPack::fate));
}

std::uint64_t GcPlan::freed_bytes() const {
  std::uint64_t bytes = unwanted_whole_bytes;
  for (const GcPack& pack : packs) {
    if (pack.fate == PackFate::Drop) bytes += pack.size;
    if (pack.fate == PackFate::Rewrite) bytes += pack.stored - pack.wanted;
  }
  return bytes;
}

std::uint64_t GcPlan::freed_frames() const {
  std::uint64_t frames = 0;
  for (const GcPack& pack : packs) {
    if (pack.fate != PackFate::Keep) frames += pack.frames - pack.wanted_frames;
  }
  return frames;
}

std::uint64_t GcPlan::idle_bytes() const {
  std::uint64_t bytes = 0;
  for (const GcPack& pack : packs) {
    if (pack.fate == PackFate::Keep) bytes += pack.stored - pack.wanted;
  }
  return bytes;
}

bool GcPlan::changes_anything() const {
  return unwanted_whole_files > 0 || packs_with(PackFate::Keep) != packs.size();
}

GcPlan plan_collection(ObjectStore& store, Mark& mark, const GcOptions& options, Progress& progress) {
  return Planning(store, mark, options, progress).run();
}

}  // namespace dvx
