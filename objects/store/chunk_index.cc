#include "objects/store/chunk_index.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/file_time.h"
#include "base/path.h"
#include "base/stream.h"
#include "objects/pack/id_filter.h"
#include "objects/store/frame_numbers.h"

namespace dvx {

namespace {

// The number of packs that are looked up one by one.
constexpr std::size_t kLooseLimit = 8;
// The number of packs that are open at once when an index is built from nothing.
constexpr std::size_t kBatch = 64;
// Two changes of a directory within this time may leave the same mtime.
constexpr std::int64_t kTickNs = 50'000'000;

// Returns the names in a directory that end in `ending`, sorted, or none when there is no such directory.
std::vector<std::string> names_in(const std::string& directory, std::string_view ending) {
  std::vector<std::string> names = names_in_directory(directory);
  std::erase_if(names, [&](const std::string& name) { return !name.ends_with(ending); });
  return names;
}

// A pack that no segment covers yet. Its whole index was read to be checked, so building the filter costs
// little more.
struct LoosePack {
  explicit LoosePack(std::shared_ptr<const PackReader> reader)
      : pack(std::move(reader)), filter(std::make_shared<std::string>(filter_of(*pack))) {}

  static std::string filter_of(const PackReader& pack) {
    std::string bits(filter_blocks(pack.entry_count()) * kFilterBlock, '\0');
    for (std::uint64_t i = 0; i < pack.entry_count(); ++i) add_to_filter(bits, pack.entry(i).id);
    return bits;
  }

  std::optional<PackEntry> find(const ObjectId& id) const {
    return may_be_in(*filter, id) ? pack->find(id) : std::nullopt;
  }

  std::shared_ptr<const PackReader> pack;
  // Shared by a snapshot and by those made from it.
  std::shared_ptr<const std::string> filter;
};

}  // namespace

// The index is an immutable snapshot behind a shared pointer. A lookup copies the pointer and asks the
// segments, the largest first, and then the loose packs. A refresh compares the mtime of `packs/` with that
// of the snapshot. When it differs, or was too recent to be trusted, the index is loaded again: it lists
// packs and segments, skips segments that name missing packs, and opens the packs that no segment covers.
// When more than kLooseLimit packs are loose, they are merged into a segment (see absorb_loose), so a lookup
// asks at most kLooseLimit packs and about log(n) segments.
struct ChunkIndex::Snapshot {
  struct Named {
    std::string name;  // "" when the segment is kept in memory only
    std::shared_ptr<const Segment> segment;
  };
  std::vector<Named> segments;  // largest first
  std::vector<LoosePack> loose;
  std::vector<ObjectId> packs;  // sorted
  std::vector<std::string> damaged;
  std::int64_t packs_mtime = -1;
  // Whether packs_mtime is old enough that any later change gives a different mtime.
  bool settled = false;
};

ChunkIndex::ChunkIndex(std::string store_directory) : directory_(std::move(store_directory)) {}
ChunkIndex::~ChunkIndex() = default;

std::shared_ptr<const ChunkIndex::Snapshot> ChunkIndex::current() const {
  {
    const std::lock_guard lock(mutex_);
    if (snapshot_) return snapshot_;
  }
  reload();
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

std::optional<SegmentHit> ChunkIndex::find(const ObjectId& id) const {
  const auto snapshot = current();
  for (const auto& [name, segment] : snapshot->segments) {
    if (auto hit = segment->find(id)) return hit;
  }
  for (const LoosePack& loose : snapshot->loose) {
    if (const auto entry = loose.find(id)) return SegmentHit{loose.pack->pack_id(), *entry};
  }
  return std::nullopt;
}

std::vector<ObjectId> ChunkIndex::packs() const {
  return current()->packs;
}
std::vector<std::string> ChunkIndex::damaged_packs() const {
  return current()->damaged;
}

bool ChunkIndex::refresh() const {
  const auto known = current();
  const auto st = stat_if_exists(join_path(directory_, "packs"));
  if ((st ? to_ns(st->st_mtim) : -1) == known->packs_mtime && known->settled) return false;
  reload();
  return current()->packs != known->packs;
}

void ChunkIndex::catch_up() const {
  {
    const std::lock_guard lock(mutex_);
    if (!snapshot_) return;
  }
  refresh();
}

void ChunkIndex::drop_stale_segments() const {
  const std::string index_directory = join_path(directory_, "index");
  if (const auto lock = FileLock::try_acquire(join_path(index_directory, "lock"), LockMode::Exclusive)) {
    for (const std::string& name : names_in(index_directory, ".seg")) {
      const std::string path = join_path(index_directory, name);
      try {
        const auto segment = Segment::open(path);
        const bool holds = std::ranges::all_of(segment->packs(), [&](const ObjectId& pack) {
          return exists(join_path(directory_, "packs/" + pack.to_hex() + ".pack"));
        });
        if (!holds) beneath::remove_file(path);
      } catch (const Error& e) {
        if (e.kind() != ErrorKind::Corruption && e.kind() != ErrorKind::NotFound) throw;
      }
    }
  }
  reload();
}

FrameNumbers ChunkIndex::numbers() const {
  refresh();
  const auto snapshot = current();
  FrameNumbers numbers(snapshot->packs);
  for (const auto& [name, segment] : snapshot->segments) numbers.append(segment);
  for (const LoosePack& loose : snapshot->loose) numbers.append(loose.pack);
  return numbers;
}

void ChunkIndex::reload() const {
  const std::lock_guard change(change_);
  auto fresh = load();
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(fresh);
}

std::shared_ptr<const ChunkIndex::Snapshot> ChunkIndex::load() const {
  // Another process may merge or repair, so a segment or pack may be gone between listing and opening. In
  // that case the load starts again.
  for (int attempt = 0;; ++attempt) {
    try {
      return load_once();
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::NotFound || attempt == 10) throw;
    }
  }
}

std::shared_ptr<const ChunkIndex::Snapshot> ChunkIndex::load_once() const {
  auto snapshot = std::make_shared<Snapshot>();
  const std::string packs_directory = join_path(directory_, "packs"),
                    index_directory = join_path(directory_, "index");
  const std::int64_t began = SystemClock().now_ns();
  if (const auto st = stat_if_exists(packs_directory)) snapshot->packs_mtime = to_ns(st->st_mtim);
  snapshot->settled = snapshot->packs_mtime < began - kTickNs;
  for (const std::string& name : names_in(packs_directory, ".pack")) {
    if (const auto id = ObjectId::parse(name.substr(0, name.size() - 5))) snapshot->packs.push_back(*id);
  }
  std::vector<ObjectId> covered;
  for (const std::string& name : names_in(index_directory, ".seg")) {
    try {
      auto segment = Segment::open(join_path(index_directory, name));
      // A segment that names a missing pack could give that pack for ids that other packs have too, so it is
      // skipped.
      if (!std::includes(snapshot->packs.begin(), snapshot->packs.end(), segment->packs().begin(),
                         segment->packs().end())) {
        continue;
      }
      covered.insert(covered.end(), segment->packs().begin(), segment->packs().end());
      snapshot->segments.push_back({name, std::move(segment)});
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Corruption) throw;  // a damaged segment counts as absent
    }
  }
  std::sort(covered.begin(), covered.end());
  std::vector<ObjectId> loose;
  std::set_difference(snapshot->packs.begin(), snapshot->packs.end(), covered.begin(), covered.end(),
                      std::back_inserter(loose));
  for (const ObjectId& id : loose) {
    const std::string path = join_path(packs_directory, id.to_hex() + ".pack");
    try {
      auto pack = PackReader::open(path);
      if (pack->pack_id() != id) throw Error(ErrorKind::Corruption, "it has another id than its name");
      pack->entry(0);  // checks the index
      snapshot->loose.emplace_back(std::move(pack));
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Corruption) throw;
      snapshot->damaged.push_back(id.to_hex() + ".pack");
    }
    if (snapshot->loose.size() >= kBatch) absorb_loose(*snapshot);
  }
  if (snapshot->loose.size() > kLooseLimit) absorb_loose(*snapshot);
  return snapshot;
}

void ChunkIndex::add(const std::vector<std::shared_ptr<const PackReader>>& packs) {
  current();  // makes sure that there is a snapshot
  const std::lock_guard change(change_);
  auto fresh = std::make_shared<Snapshot>(*current());
  for (const auto& pack : packs) {
    const auto at = std::lower_bound(fresh->packs.begin(), fresh->packs.end(), pack->pack_id());
    if (at != fresh->packs.end() && *at == pack->pack_id()) continue;
    fresh->packs.insert(at, pack->pack_id());
    fresh->loose.emplace_back(pack);
  }
  // This changed the mtime of the directory, and other processes may have added packs too.
  fresh->settled = false;
  if (fresh->loose.size() > kLooseLimit) absorb_loose(*fresh);
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(fresh);
}

// Turns the loose packs into a segment, together with the older segments that are at most twice as large.
// Therefore there are never more than about log(n) segments, and each entry is rewritten about log(n) times.
void ChunkIndex::absorb_loose(Snapshot& snapshot) const {
  SegmentInputs inputs;
  for (LoosePack& loose : snapshot.loose) inputs.readers.push_back(std::move(loose.pack));
  snapshot.loose.clear();
  std::uint64_t entries = 0;
  for (const auto& pack : inputs.readers) entries += pack->entry_count();
  auto by_size = [](const Snapshot::Named& a, const Snapshot::Named& b) {
    return a.segment->entry_count() > b.segment->entry_count();
  };
  std::sort(snapshot.segments.begin(), snapshot.segments.end(), by_size);
  std::vector<std::string> replaced;
  while (!snapshot.segments.empty() && snapshot.segments.back().segment->entry_count() <= 2 * entries) {
    entries += snapshot.segments.back().segment->entry_count();
    inputs.segments.push_back(snapshot.segments.back().segment);
    replaced.push_back(snapshot.segments.back().name);
    snapshot.segments.pop_back();
  }
  Snapshot::Named merged;
  merged.segment = write_merged(inputs, merged.name);
  if (!merged.name.empty()) {
    for (const std::string& name : replaced) {
      if (!name.empty() && name != merged.name)
        beneath::remove_file(join_path(join_path(directory_, "index"), name));
    }
  }
  snapshot.segments.push_back(std::move(merged));
  std::sort(snapshot.segments.begin(), snapshot.segments.end(), by_size);
}

// Writes the merged segment to a file when this process gets the lock and may write. Otherwise the segment is
// kept in memory and `name` stays empty.
std::shared_ptr<const Segment> ChunkIndex::write_merged(const SegmentInputs& inputs,
                                                        std::string& name) const {
  try {
    const std::string index_directory = join_path(directory_, "index");
    make_directories(index_directory);
    const auto lock = FileLock::try_acquire(join_path(index_directory, "lock"), LockMode::Exclusive);
    if (lock) {
      Hasher hasher;
      for (const auto& pack : inputs.readers) hasher.update(pack->pack_id().bytes());
      for (const auto& segment : inputs.segments) {
        for (const ObjectId& pack : segment->packs()) hasher.update(pack.bytes());
      }
      const std::string file_name = hasher.finish().to_hex().substr(0, 32) + ".seg";
      const std::string path = join_path(index_directory, file_name);
      AtomicFile file(path, 0444);
      FdSink sink(file.fd(), path);
      write_segment(inputs, sink);
      file.commit();
      auto segment = Segment::open(path);
      name = file_name;
      return segment;
    }
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Io && e.kind() != ErrorKind::NotFound) throw;
  }
  return Segment::from_bytes(make_segment(inputs));
}

}  // namespace dvx
