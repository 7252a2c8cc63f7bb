#include "objects/upkeep/fsck.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/regular_file.h"
#include "base/stream.h"
#include "base/thread_pool.h"
#include "objects/pack/codec.h"
#include "objects/store/check_log.h"
#include "objects/store/frame_reader.h"
#include "objects/store/store_impl.h"
#include "objects/upkeep/salvage.h"

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

// Returns the paths of the regular files below `directory` whose names end in `ending`, sorted.
std::vector<std::string> files_below(const std::string& directory, std::string_view ending) {
  std::vector<std::string> names;
  collect_files(directory, "", ending, names);
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> pack_files(const ObjectStore& store) {
  return files_below(store.impl().path("packs"), ".pack");
}

// A file of the store whose bytes can be read and compared with their ids.
struct Readable {
  std::string file;          // the path in the store
  Check now;                 // the state of the file at this moment
  std::int64_t read_ns = 0;  // when its bytes were last found right; 0 means never
  bool written_to = false;   // whether it was written to since then
  bool chosen = false;       // whether it is to be read now
};

class Fsck {
 public:
  Fsck(ObjectStore& store, const FsckOptions& options, Progress& progress)
      : store_(store), options_(options), progress_(progress), log_(store.directory()) {}

  FsckReport run() {
    check_segments();
    store_.impl().open_packs.forget();
    store_.impl().index.reload();
    progress_.begin("checking", 0, 0);
    list_files();
    choose();
    for (const Readable& pack : packs_) check_pack(pack);
    workers_.wait();
    check_recipes();
    for (const Readable& whole : whole_files_) check_whole_file(whole);
    progress_.end();
    sort_damage();
    enter_in_log();
    return finished();
  }

 private:
  struct Place {
    std::string file;
    PackEntry entry;
    // Whether the file that the recipe describes is read too.
    bool read = false;
  };

  void list_files() {
    for (const std::string& name : pack_files(store_)) {
      const auto id = ObjectId::parse(std::string_view(name).substr(0, name.size() - 5));
      if (id) list_file(packs_, CheckOf::Pack, *id, "packs/" + name);
    }
    for (const std::string& name : files_below(store_.impl().path("whole"), "")) {
      std::string hex = name;
      std::erase(hex, '/');
      if (const auto id = ObjectId::parse(hex))
        list_file(whole_files_, CheckOf::WholeFile, *id, "whole/" + name);
    }
    report_.packs = packs_.size();
    report_.whole_files = whole_files_.size();
  }

  void list_file(std::vector<Readable>& list, CheckOf of, const ObjectId& id, const std::string& file) const {
    const auto st = stat_if_exists(store_.impl().path(file));
    if (!st) return;  // it was moved away in the meantime
    Readable readable{.file = file, .now = check_of(of, id, *st, options_.now_ns)};
    if (const Check* known = log_.find(of, id)) {
      readable.written_to = known->size != readable.now.size || known->mtime_ns != readable.now.mtime_ns;
      if (same_bytes(*known, readable.now)) readable.read_ns = known->when_ns;
    }
    list.push_back(std::move(readable));
  }

  // Chooses the files to read: those that were not read for the longest time, up to the share that was asked
  // for. A file that was written to is always read.
  void choose() {
    std::vector<Readable*> all;
    std::uint64_t bytes = 0;
    for (auto* list : {&packs_, &whole_files_}) {
      for (Readable& each : *list) {
        all.push_back(&each);
        bytes += each.now.size;
      }
    }
    std::ranges::sort(all, {}, [](const Readable* each) {
      return std::tuple<std::int64_t, const ObjectId&>(each->read_ns, each->now.id);
    });
    const double share = options_.depth == FsckDepth::Data ? options_.percent / 100 : 0;
    const double wanted = static_cast<double>(bytes) * share;
    std::uint64_t chosen = 0;
    for (Readable* each : all) {
      each->chosen = each->written_to || static_cast<double>(chosen) < wanted;
      if (each->chosen) chosen += each->now.size;
    }
  }

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

  void check_pack(const Readable& pack) {
    throw_if_interrupted();
    const std::string& file = pack.file;
    const std::string path = store_.impl().path(file);
    auto salvage = std::make_shared<Salvage>(salvage_entries(path, pack.now.id));
    report_.frames += salvage->entries.size();
    if (!salvage->reason.empty()) {
      damage({file, std::nullopt, FrameKind::Chunk, 0, salvage->reason});
      const std::lock_guard lock(mutex_);
      for (const PackEntry& entry : salvage->entries) unreadable_.insert(entry.id);
      unreadable_.insert(salvage->misplaced.begin(), salvage->misplaced.end());
    }
    for (const PackEntry& entry : salvage->entries) {
      if (entry.kind == FrameKind::Recipe) recipes_.push_back({file, entry, pack.chosen});
      if (salvage->reason.empty() && !is_indexed(pack.now.id, entry)) unindexed_ = true;
    }
    if (!pack.chosen) return;
    for (std::size_t at = 0; at < salvage->entries.size(); at += kFramesPerTask) {
      workers_.submit([this, file, path, salvage, at] { check_frames(file, path, *salvage, at); });
    }
  }

  // Checks that the index says the same about a frame of an intact pack as the pack itself. The pack may have
  // come after the index was loaded.
  bool is_indexed(const ObjectId& pack, const PackEntry& entry) const {
    const ChunkIndex& index = store_.impl().index;
    auto hit = index.find(entry.id);
    if (!hit && index.refresh()) hit = index.find(entry.id);
    return hit && (hit->pack_id != pack || hit->entry == entry);
  }

  void check_frames(const std::string& file, const std::string& path, const Salvage& salvage,
                    std::size_t from) {
    throw_if_interrupted();
    const UniqueFd fd = open_stored_file(path).fd;
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

  // Removes the objects from the list that are damaged in one pack but intact in another.
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
    if (!place.read) return;
    NullSink sink;
    store_.read(place.entry.id, sink);
  }

  void check_whole_file(const Readable& whole) {
    if (!whole.chosen) return;
    throw_if_interrupted();
    try {
      NullSink sink;
      store_.impl().read_whole(whole.now.id, sink);
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::NotFound) return;  // a collection moved it away
      if (e.kind() != ErrorKind::Corruption) throw;
      damage({whole.file, whole.now.id, FrameKind::Chunk, 0, "does not hash to its id"});
      lost_.insert(whole.now.id);
    }
    report_.bytes_read += whole.now.size;
    progress_.advance(1, whole.now.size);
  }

  void damage(Damage what) {
    const std::lock_guard lock(mutex_);
    report_.damaged.push_back(std::move(what));
  }

  void sort_damage() {
    if (unindexed_)
      damage({"index", std::nullopt, FrameKind::Chunk, 0, "the index does not know all that the packs hold"});
    std::sort(report_.damaged.begin(), report_.damaged.end(), [](const Damage& a, const Damage& b) {
      return std::tie(a.file, a.offset, a.reason) < std::tie(b.file, b.offset, b.reason);
    });
  }

  bool is_damaged(const std::string& file) const {
    return std::ranges::binary_search(report_.damaged, file, {}, &Damage::file);
  }

  // Enters the files that were found right. A damaged file is not entered, so it is among the first to be
  // read the next time.
  void enter_in_log() {
    std::vector<Check> checks;
    for (auto* list : {&packs_, &whole_files_}) {
      for (Readable& each : *list) {
        if (is_damaged(each.file)) {
          each.read_ns = 0;
        } else if (each.chosen) {
          each.read_ns = options_.now_ns;
          checks.push_back(each.now);
        }
      }
    }
    Check whole;
    whole.of = CheckOf::Structure;
    whole.when_ns = options_.now_ns;
    checks.push_back(whole);
    if (options_.depth == FsckDepth::Data && options_.percent >= 100) {
      whole.of = CheckOf::AllData;
      checks.push_back(whole);
    }
    measure_coverage(whole);
    if (options_.now_ns > 0 && exists(store_.impl().path("format"))) log_.append(checks);
  }

  void measure_coverage(const Check& this_run) {
    FsckCoverage& coverage = report_.coverage;
    for (const auto* list : {&packs_, &whole_files_}) {
      for (const Readable& each : *list) {
        coverage.bytes += each.now.size;
        if (each.read_ns == 0) continue;
        coverage.bytes_checked += each.now.size;
        coverage.oldest_ns = std::min(coverage.oldest_ns.value_or(each.read_ns), each.read_ns);
      }
    }
    if (this_run.of == CheckOf::AllData) {
      coverage.all_data_ns = this_run.when_ns;
    } else if (const Check* earlier = log_.find(CheckOf::AllData, ObjectId())) {
      coverage.all_data_ns = earlier->when_ns;
    }
  }

  FsckReport finished() {
    lost_.insert(unreadable_.begin(), unreadable_.end());
    report_.lost_objects.assign(lost_.begin(), lost_.end());
    std::sort(report_.lost_objects.begin(), report_.lost_objects.end());
    return std::move(report_);
  }

  ObjectStore& store_;
  FsckOptions options_;
  Progress& progress_;
  const CheckLog log_;
  std::vector<Readable> packs_, whole_files_;  // sorted by name
  std::vector<Place> recipes_;
  bool unindexed_ = false;
  std::unordered_set<ObjectId> lost_;
  // Guards the next two members while workers run.
  std::mutex mutex_;
  FsckReport report_;
  std::unordered_set<ObjectId> unreadable_;  // frames
  ThreadPool workers_;
};

}  // namespace

FsckReport fsck_store(ObjectStore& store, const FsckOptions& options, Progress& progress) {
  const std::vector<std::string> packs = pack_files(store);
  try {
    FsckReport report = Fsck(store, options, progress).run();
    if (report.ok() || pack_files(store) == packs) return report;
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::Interrupted || pack_files(store) == packs) throw;
  }
  // A collection that moves packs away looks like damage, so the check is repeated while no collection can do
  // that.
  const auto lock = store.hold();
  return Fsck(store, options, progress).run();
}

}  // namespace dvx
