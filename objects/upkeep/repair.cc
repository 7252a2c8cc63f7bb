#include <fcntl.h>
#include <unistd.h>

#include <map>
#include <set>
#include <unordered_set>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/regular_file.h"
#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/store/frame_reader.h"
#include "objects/store/frame_writer.h"
#include "objects/store/quarantine.h"
#include "objects/store/store_impl.h"
#include "objects/upkeep/fsck.h"
#include "objects/upkeep/salvage.h"

namespace dvx {

namespace {

class Repair {
 public:
  Repair(ObjectStore& store, const FetchFrame& fetch, Progress& progress)
      : store_(store), fetch_(fetch), progress_(progress) {}

  RepairReport run(const FsckReport& found) {
    progress_.begin("repairing", 0, 0);
    std::map<std::string, std::unordered_set<ObjectId>> damaged;
    for (const Damage& damage : found.damaged) {
      auto& ids = damaged[damage.file];
      if (damage.id) ids.insert(*damage.id);
    }
    for (const auto& [file, ids] : damaged) {
      if (file.starts_with("packs/")) mend_pack(file, ids);
      if (file.starts_with("whole/")) mend_whole_file(file, *ids.begin());
      if (file.starts_with("index")) drop_index();
    }
    look_anew();
    fetch_missing(found.lost_objects);
    progress_.end();
    return finished();
  }

 private:
  // Copies the good frames of a pack to a new pack, together with the frames that can be fetched. The old
  // pack is moved to the quarantine.
  void mend_pack(const std::string& file, const std::unordered_set<ObjectId>& bad) {
    const std::string path = store_.impl().path(file), name(file_name(file));
    const auto id = ObjectId::parse(std::string_view(name).substr(0, name.size() - 5));
    if (!id || !exists(path)) return;
    const UniqueFd fd = open_stored_file(path).fd;
    FrameWriter writer(store_);
    const Salvage salvage = salvage_entries(path, *id);
    for (const ObjectId& misplaced : salvage.misplaced) fetch_into(writer, misplaced);
    for (const PackEntry& entry : salvage.entries) {
      std::vector<std::byte> stored(entry.stored_length);
      pread_exact(fd.get(), stored, entry.offset, path);
      if (!bad.contains(entry.id) && is_good(entry, stored)) {
        writer.add(entry, stored);
      } else {
        fetch_into(writer, entry.id);
      }
    }
    // For a moment the old pack has two names. The new pack may have the same id as the old one, and then
    // takes its place.
    const auto old_file = stat_if_exists(path);
    keep(file);
    writer.commit();
    const auto now = stat_if_exists(path);
    if (old_file && now && old_file->st_ino == now->st_ino && beneath::remove_file(path) != 0)
      throw system_error("move", path);
    fsync_directory(store_.impl().path("packs"));
    look_anew();
  }

  void mend_whole_file(const std::string& file, const ObjectId& id) {
    FrameWriter writer(store_);
    fetch_object(writer, id);
    keep(file);
    writer.commit();
    const std::string path = store_.impl().path(file);
    if (beneath::remove_file(path) != 0) throw system_error("move", path);
    fsync_directory(parent_path(path));
  }

  // Deletes the index; it is made again from the packs.
  void drop_index() {
    remove_tree(store_.impl().path("index"));
    make_directories(store_.impl().path("index"));
  }

  void fetch_missing(const std::vector<ObjectId>& objects) {
    FrameWriter writer(store_);
    for (const ObjectId& id : objects) {
      if (!store_.contains(id)) fetch_object(writer, id);
      const auto location = locate_frame(store_, id);
      if (location && location->entry.kind == FrameKind::Recipe)
        fetch_chunks(writer, read_recipe(store_, *location));
    }
    writer.commit();
  }

  void fetch_object(FrameWriter& writer, const ObjectId& id) {
    const auto frame = fetch_into(writer, id);
    if (!frame || frame->info.kind != FrameKind::Recipe) return;
    Decoder decoder;
    fetch_chunks(writer, Recipe::parse(as_text(decoder.decode(frame->info, as_bytes(frame->bytes)))));
  }

  void fetch_chunks(FrameWriter& writer, const Recipe& recipe) {
    for (const RecipeChunk& chunk : recipe.chunks) {
      if (!writer.has(chunk.id)) fetch_into(writer, chunk.id);
    }
  }

  std::optional<Frame> fetch_into(FrameWriter& writer, const ObjectId& id) {
    auto frame = fetch_(id);
    if (!frame || frame->info.id != id || !is_good(frame->info, as_bytes(frame->bytes))) {
      wanting_.insert(id);
      return std::nullopt;
    }
    writer.add(frame->info, as_bytes(frame->bytes));
    wanting_.erase(id);
    fetched_.insert(id);
    progress_.advance(1, frame->bytes.size());
    return frame;
  }

  static bool is_good(const FrameInfo& info, std::span<const std::byte> stored) {
    try {
      verify_frame(info, stored);
      return true;
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Corruption) throw;
      return false;
    }
  }

  void keep(const std::string& file) { quarantined_.push_back(link_to_quarantine(store_.directory(), file)); }

  void look_anew() {
    store_.impl().open_packs.forget();
    store_.impl().index.reload();
  }

  RepairReport finished() {
    SilentProgress silent;
    std::set<ObjectId> lost;
    for (const ObjectId& id : fsck_store(store_, {.depth = FsckDepth::Structure}, silent).lost_objects)
      lost.insert(id);
    for (const ObjectId& id : wanting_) {
      if (!store_.contains(id)) lost.insert(id);
    }
    return {{fetched_.begin(), fetched_.end()}, {lost.begin(), lost.end()}, std::move(quarantined_)};
  }

  ObjectStore& store_;
  const FetchFrame& fetch_;
  Progress& progress_;
  std::set<ObjectId> fetched_, wanting_;
  std::vector<std::string> quarantined_;
};

}  // namespace

RepairReport repair_store(ObjectStore& store, const FsckReport& report, const FetchFrame& fetch,
                          Progress& progress) {
  return Repair(store, fetch, progress).run(report);
}

}  // namespace dvx
