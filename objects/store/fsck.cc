#include "objects/store/fsck.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/stream.h"
#include "base/thread_pool.h"
#include "objects/pack/codec.h"
#include "objects/store/frame_reader.h"
#include "objects/store/salvage.h"
#include "objects/store/store_impl.h"

namespace dvx {

namespace {

constexpr std::size_t kFramesPerTask = 256;

void collect_files(const std::string& top, const std::string& below, std::string_view ending,
                   std::vector<std::string>& names) {
  for (const std::string& name : names_in_directory(join_path(top, below))) {
    const std::string path = join_path(below, name);
    const auto st = stat_if_exists(join_path(top, path));
    if (!st) continue;
    if (S_ISDIR(st->st_mode)) collect_files(top, path, ending, names);
    if (S_ISREG(st->st_mode) && name.ends_with(ending)) names.push_back(path);
  }
}

// Regular files by their paths from `directory`, sorted.
std::vector<std::string> files_below(const std::string& directory, std::string_view ending) {
  std::vector<std::string> names;
  collect_files(directory, "", ending, names);
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> pack_files(const ObjectStore& store) {
  return files_below(store.impl().path("packs"), ".pack");
}

class Check {
 public:
  Check(ObjectStore& store, const FsckOptions& options, Progress& progress)
      : store_(store), options_(options), progress_(progress) {}

  FsckReport run() {
    check_segments();
    store_.impl().open_packs.forget();
    store_.impl().index.reload();
    progress_.begin("checking", 0, 0);
    for (const std::string& name : pack_files(store_)) check_pack(name);
    workers_.wait();
    check_recipes();
    check_whole_files();
    progress_.end();
    return finished();
  }

 private:
  struct Place {
    std::string file;
    PackEntry entry;
  };

  void check_segments() {
    const std::string directory = store_.impl().path("index");
    for (const std::string& name : files_below(directory, ".seg")) {
      try {
        Segment::open(join_path(directory, name))->verify();
      } catch (const Error& e) {
        if (e.kind() == ErrorKind::Corruption)
          damage({"index/" + name, std::nullopt, FrameKind::Chunk, 0, e.message()});
      }
    }
  }

  void check_pack(const std::string& name) {
    const auto id = ObjectId::parse(std::string_view(name).substr(0, name.size() - 5));
    if (!id) return;  // not ours
    const std::string file = "packs/" + name, path = store_.impl().path(file);
    auto salvage = std::make_shared<Salvage>(salvage_entries(path, *id));
    ++report_.packs;
    report_.frames += salvage->entries.size();
    if (!salvage->reason.empty()) {
      damage({file, std::nullopt, FrameKind::Chunk, 0, salvage->reason});
      const std::lock_guard lock(mutex_);
      for (const PackEntry& entry : salvage->entries) unreadable_.insert(entry.id);
      unreadable_.insert(salvage->misplaced.begin(), salvage->misplaced.end());
    }
    for (const PackEntry& entry : salvage->entries) {
      if (entry.kind == FrameKind::Recipe) recipes_.push_back({file, entry});
      if (salvage->reason.empty() && !is_indexed(entry.id)) unindexed_ = true;
    }
    if (options_.depth == FsckDepth::Structure) return;
    for (std::size_t at = 0; at < salvage->entries.size(); at += kFramesPerTask) {
      workers_.submit([this, file, path, salvage, at] { check_frames(file, path, *salvage, at); });
    }
  }

  // A pack in order must be known to the index as well; it may have come since that was read.
  bool is_indexed(const ObjectId& id) const {
    const ChunkIndex& index = store_.impl().index;
    return index.find(id) || (index.refresh() && index.find(id));
  }

  void check_frames(const std::string& file, const std::string& path, const Salvage& salvage,
                    std::size_t from) {
    throw_if_interrupted();
    const UniqueFd fd = open_file(path, O_RDONLY);
    Decoder decoder;
    std::vector<std::byte> stored;
    std::uint64_t bytes = 0;
    const std::size_t end = std::min(from + kFramesPerTask, salvage.entries.size());
    for (std::size_t i = from; i < end; ++i) {
      const PackEntry& entry = salvage.entries[i];
      stored.resize(entry.stored_length);
      bytes += stored.size();
      try {
        pread_exact(fd.get(), stored, entry.offset, path);
        decoder.decode(entry, stored);
      } catch (const Error& e) {
        if (e.kind() != ErrorKind::Corruption) throw;
        damage({file, entry.id, entry.kind, entry.offset, e.message()});
        const std::lock_guard lock(mutex_);
        unreadable_.insert(entry.id);
      }
    }
    progress_.advance(end - from, bytes);
    const std::lock_guard lock(mutex_);
    report_.bytes_read += bytes;
  }

  // An object damaged in one pack may be well in another.
  void forgive_copies() {
    for (auto it = unreadable_.begin(); it != unreadable_.end();) {
      bool readable = true;
      try {
        NullSink sink;
        const auto found = locate_frame(store_, *it);
        if (!found) throw Error(ErrorKind::NotFound, "no frame");
        const Frame frame = read_frame(store_, *found);
        verify_frame(frame.info, as_bytes(frame.bytes));
      } catch (const Error& e) {
        if (e.kind() != ErrorKind::Corruption && e.kind() != ErrorKind::NotFound) throw;
        readable = false;
      }
      it = readable ? unreadable_.erase(it) : std::next(it);
    }
  }

  void check_recipes() {
    forgive_copies();
    for (const Place& place : recipes_) {
      throw_if_interrupted();
      if (unreadable_.contains(place.entry.id)) continue;
      try {
        check_recipe(place);
      } catch (const Error& e) {
        if (e.kind() != ErrorKind::Corruption && e.kind() != ErrorKind::NotFound) throw;
        damage({place.file, place.entry.id, FrameKind::Recipe, place.entry.offset, e.message()});
        lost_.insert(place.entry.id);
      }
    }
  }

  void check_recipe(const Place& place) {
    const auto location = locate_frame(store_, place.entry.id);
    if (!location) throw Error(ErrorKind::NotFound, "its pack cannot be read");
    const Recipe recipe = read_recipe(store_, *location);
    bool whole = true;
    for (const RecipeChunk& chunk : recipe.chunks) {
      if (unreadable_.contains(chunk.id)) {
        whole = false;  // reported where the chunk is
      } else if (!locate_frame(store_, chunk.id)) {
        throw Error(ErrorKind::NotFound, fmt::format("its chunk {} is missing", chunk.id.to_hex()));
      }
    }
    if (!whole) {
      lost_.insert(place.entry.id);
      return;
    }
    if (options_.depth == FsckDepth::Structure) return;
    NullSink sink;
    store_.read(place.entry.id, sink);
  }

  void check_whole_files() {
    const std::string directory = store_.impl().path("whole");
    for (const std::string& name : files_below(directory, "")) {
      throw_if_interrupted();
      std::string hex = name;
      std::erase(hex, '/');
      const auto id = ObjectId::parse(hex);
      if (!id) continue;
      ++report_.whole_files;
      if (options_.depth == FsckDepth::Structure) continue;
      try {
        NullSink sink;
        store_.impl().read_whole(*id, sink);
      } catch (const Error& e) {
        if (e.kind() == ErrorKind::NotFound) continue;  // a collection took it
        if (e.kind() != ErrorKind::Corruption) throw;
        damage({"whole/" + name, *id, FrameKind::Chunk, 0, "does not hash to its id"});
        lost_.insert(*id);
      }
    }
  }

  void damage(Damage what) {
    const std::lock_guard lock(mutex_);
    report_.damaged.push_back(std::move(what));
  }

  FsckReport finished() {
    if (unindexed_)
      damage({"index", std::nullopt, FrameKind::Chunk, 0, "the index does not know all that the packs hold"});
    std::sort(report_.damaged.begin(), report_.damaged.end(), [](const Damage& a, const Damage& b) {
      return std::tie(a.file, a.offset, a.reason) < std::tie(b.file, b.offset, b.reason);
    });
    lost_.insert(unreadable_.begin(), unreadable_.end());
    report_.lost_objects.assign(lost_.begin(), lost_.end());
    std::sort(report_.lost_objects.begin(), report_.lost_objects.end());
    return std::move(report_);
  }

  ObjectStore& store_;
  FsckOptions options_;
  Progress& progress_;
  std::vector<Place> recipes_;
  bool unindexed_ = false;
  std::unordered_set<ObjectId> lost_;
  std::mutex mutex_;  // of the two below while workers run
  FsckReport report_;
  std::unordered_set<ObjectId> unreadable_;  // frames
  ThreadPool workers_;
};

}  // namespace

FsckReport fsck_store(ObjectStore& store, const FsckOptions& options, Progress& progress) {
  const std::vector<std::string> packs = pack_files(store);
  try {
    FsckReport report = Check(store, options, progress).run();
    if (report.ok() || pack_files(store) == packs) return report;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::Interrupted || pack_files(store) == packs) throw;
  }
  // A collection that moves packs away looks like damage: once more, while it cannot.
  const auto lock = store.hold();
  return Check(store, options, progress).run();
}

}  // namespace dvx
