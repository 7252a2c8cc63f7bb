#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "objects/store/frame_reader.h"
#include "objects/store/store_impl.h"
#include "objects/store/store_use.h"
#include "objects/upkeep/gc.h"
#include "objects/upkeep/repack.h"

namespace dvx {

namespace {

// While this object lives, this process is the only one that may write to the store, and the store knows it.
class Claim {
 public:
  Claim(ObjectStore& store, std::chrono::milliseconds patience)
      : store_(store), lock_(claim_store(store.directory(), patience)) {
    store_.impl().claimed = true;
  }
  ~Claim() { store_.impl().claimed = false; }
  Claim(const Claim&) = delete;
  Claim& operator=(const Claim&) = delete;

 private:
  ObjectStore& store_;
  FileLock lock_;
};

class Collection {
 public:
  Collection(ObjectStore& store, Mark& mark, GcPlan plan, const GcOptions& options, const GcNames& names,
             Progress& progress)
      : store_(store),
        mark_(mark),
        plan_(std::move(plan)),
        options_(options),
        names_(names),
        progress_(progress) {
    for (const GcPack& pack : plan_.packs) by_id_.emplace(pack.id, &pack);
  }

  GcOutcome run() {
    store_.impl().trash.finish_purges();
    rewrite();
    {
      const Claim claim(store_, options_.patience);
      store_.impl().index.refresh();
      progress_.begin("removing", 0, 0);
      names_.mark_again(mark_);
      settle();
      move_away();
      purge();
    }
    store_.impl().open_packs.forget();
    store_.impl().index.drop_stale_segments();
    progress_.end();
    return std::move(outcome_);
  }

 private:
  void rewrite() {
    std::vector<ObjectId> sources;
    for (const GcPack& pack : plan_.packs) {
      if (pack.fate == PackFate::Drop) going_.insert(pack.id);
      if (pack.fate == PackFate::Rewrite) sources.push_back(pack.id);
    }
    const auto is_wanted = [&](const ObjectId& pack, const PackEntry& entry) {
      return by_id_.at(pack)->young || mark_.is_wanted(entry.id);
    };
    RepackOutcome repacked = repack(store_, sources, is_wanted, progress_);
    outcome_.notes = std::move(repacked.notes);
    outcome_.new_packs = repacked.made.size();
    outcome_.new_bytes = repacked.bytes;
    for (const ObjectId& id : repacked.made) made_.emplace(id, open_pack(store_, id));
    // A new pack can have the same id as an old one, and then it took the place of the old one.
    for (const ObjectId& id : repacked.done) {
      if (!made_.contains(id)) going_.insert(id);
    }
    outcome_.rewritten = repacked.done.size();
  }

  // A pack that stays must keep the chunks of its recipes, and these chunks may be in packs that were to go.
  // Keeping such a pack adds further recipes, so this repeats until nothing changes.
  void settle() {
    std::vector<ObjectId> staying;
    for (const ObjectId& id : list_packs(store_)) {
      if (!going_.contains(id) && !made_.contains(id)) staying.push_back(id);
    }
    // The loop runs at least once: even when no pack stays, objects may have been named in the meantime.
    do {
      throw_if_interrupted();
      for (const ObjectId& id : std::exchange(staying, {})) keep_recipes_of(id);
      for (auto it = going_.begin(); it != going_.end();) {
        if (may_go(*it)) {
          ++it;
          continue;
        }
        ++outcome_.wanted_again;
        staying.push_back(*it);
        it = going_.erase(it);
      }
    } while (!staying.empty());
  }

  void keep_recipes_of(const ObjectId& id) {
    const auto pack = open_pack(store_, id);
    for (std::uint64_t i = 0; i < pack->entry_count(); ++i) {
      const PackEntry entry = pack->entry(i);
      if (entry.kind == FrameKind::Recipe && !mark_.is_wanted(entry.id)) mark_.keep_chunks_of(*pack, entry);
    }
  }

  // Says whether every wanted frame of the pack is also in one of the packs that were made by copying.
  bool may_go(const ObjectId& id) const {
    const auto pack = open_pack(store_, id);
    for (std::uint64_t i = 0; i < pack->entry_count(); ++i) {
      const PackEntry entry = pack->entry(i);
      if (!mark_.is_wanted(entry.id)) continue;
      const bool copied = std::ranges::any_of(
          made_, [&](const auto& made) { return made.second->find(entry.id).has_value(); });
      if (!copied) return false;
    }
    return true;
  }

  void move_away() {
    TrashBatch batch = store_.impl().trash.begin_batch(options_.now_ns);
    for (const ObjectId& id : going_) {
      if (!batch.move("packs/" + id.to_hex() + ".pack")) continue;
      const GcPack& pack = *by_id_.at(id);
      ++outcome_.packs;
      outcome_.frames += pack.frames - pack.wanted_frames;
      outcome_.bytes += pack.size;
      progress_.advance(1, pack.size);
    }
    move_whole_files(batch);
    for (const std::string& file : names_.stale_files()) {
      if (batch.move(file)) ++outcome_.other_files;
    }
    batch.finish();
  }

  void move_whole_files(TrashBatch& batch) {
    for_each_whole_file(store_, [&](const ObjectId& id) {
      if (mark_.is_wanted(id)) return;
      const auto st = stat_if_exists(store_.impl().whole_path(id));
      if (!st) return;
      const std::int64_t came = to_ns(st->st_ctim);
      if (options_.now_ns - came < options_.grace_ns) return;
      const std::string hex = id.to_hex();
      if (!batch.move(fmt::format("whole/{}/{}", hex.substr(0, 2), hex.substr(2)))) return;
      ++outcome_.whole_files;
      outcome_.bytes += static_cast<std::uint64_t>(st->st_size);
      progress_.advance(1, static_cast<std::uint64_t>(st->st_size));
    });
  }

  // Purges the batches. Nothing in them is wanted, because the marking has brought back what was.
  void purge() {
    for (const Trash::Batch& batch : store_.impl().trash.batches()) {
      const bool expired = options_.now_ns - batch.moved_ns > options_.trash_ns;
      if (options_.purge != Purge::Everything && !expired) continue;
      store_.impl().trash.purge(batch.name);
      ++outcome_.purged_batches;
      outcome_.purged_bytes += batch.bytes;
    }
  }

  ObjectStore& store_;
  Mark& mark_;
  GcPlan plan_;
  const GcOptions& options_;
  const GcNames& names_;
  Progress& progress_;
  std::map<ObjectId, const GcPack*> by_id_;
  std::map<ObjectId, std::shared_ptr<const PackReader>> made_;
  std::set<ObjectId> going_;
  GcOutcome outcome_;
};

}  // namespace

GcOutcome collect(ObjectStore& store, Mark& mark, GcPlan plan, const GcOptions& options, const GcNames& names,
                  Progress& progress) {
  return Collection(store, mark, std::move(plan), options, names, progress).run();
}

ObjectPlace place_of(const ObjectStore& store, const ObjectId& id) {
  store.impl().index.refresh();
  if (store.impl().probably_has(id)) return ObjectPlace::Store;
  return store.impl().trash.has(id) ? ObjectPlace::Trash : ObjectPlace::Nowhere;
}

std::vector<Trash::Batch> list_trash(const ObjectStore& store) {
  return store.impl().trash.batches();
}

bool holds_nothing(const ObjectStore& store) {
  bool has_whole = false;
  for_each_whole_file(store, [&](const ObjectId&) { has_whole = true; });
  return list_packs(store).empty() && !has_whole;
}

std::optional<Frame> frame_in_trash(const ObjectStore& store, const ObjectId& id) {
  return store.impl().trash.read_frame(id);
}

}  // namespace dvx
