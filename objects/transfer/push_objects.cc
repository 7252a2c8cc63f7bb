#include <algorithm>
#include <atomic>
#include <iterator>
#include <mutex>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/thread_pool.h"
#include "objects/backend/file_source.h"
#include "objects/pack/pack_writer.h"
#include "objects/store/frame_reader.h"
#include "objects/store/session_directory.h"
#include "objects/transfer/pack_stream.h"
#include "objects/transfer/remote_layout.h"
#include "objects/transfer/transfer.h"

namespace dvx {

namespace {

// The largest number of frames that are collected before they are sent. It bounds memory, whatever the number
// of files.
constexpr std::size_t kMaxPending = std::size_t{1} << 20;
// Recipes are held back until their chunks are on the remote, up to this many bytes.
constexpr std::uint64_t kMostRecipesToSend = std::uint64_t{32} << 20;

// A push walks everything below the roots once and asks the remote index about each object. It collects the
// chunks and recipes that the remote lacks, and the objects that are stored whole. When enough are collected,
// and at the end, it flushes: it sends the chunks, then the whole objects (cut and compressed on the way),
// and at last the recipes. A recipe with a damaged chunk is not sent. Frames are grouped into packs by their
// place in the store, and each pack is streamed from the local packs without a copy on disk. As soon as the
// remote has a pack, a segment that describes it is published. A pack that the remote already has under that
// name, from a push that was killed, is not sent again. Finally the small segments on the remote are merged.
class Push {
 public:
  Push(const ObjectStore& store, RemoteIndex& remote, const TransferOptions& options, Progress& progress)
      : store_(store),
        remote_(remote),
        options_(options),
        progress_(progress),
        jobs_(options.jobs == 0 ? default_thread_count() : options.jobs) {}

  TransferReport run(std::span<const ClosureRoot> roots);

 private:
  void consider(const ObjectId& id);
  bool consider_recipe(const FrameLocation& location);
  void flush();
  void send_frames(std::vector<FrameLocation> frames);
  void send_pack(std::vector<FrameLocation> frames);
  void send_whole_objects();
  void send_spool(PackWriter& spool, const std::string& path);
  void send_recipes();
  bool is_intact(const Recipe& recipe);
  void send(const ObjectId& pack_id, Source& source, std::uint64_t size, std::vector<PackEntry> entries);
  void note_damaged(const ObjectId& id);

  const ObjectStore& store_;
  RemoteIndex& remote_;
  const TransferOptions& options_;
  Progress& progress_;
  const std::size_t jobs_;

  std::unordered_set<ObjectId> seen_;
  std::vector<FrameLocation> chunks_, recipes_;
  std::vector<ObjectId> whole_;
  std::vector<Frame> encoded_recipes_;  // recipes of whole objects
  std::uint64_t recipe_bytes_ = 0;
  std::atomic<bool> stop_{false};

  // Guards the members below, which the sending threads change.
  std::mutex mutex_;
  TransferReport report_;
  std::unordered_set<ObjectId> damaged_;
};

TransferReport Push::run(std::span<const ClosureRoot> roots) {
  remote_.create();
  progress_.begin("comparing with the remote", 0, 0);
  for (const ClosureRoot& root : roots) {
    walk_closure(store_, root, [&](const std::string&, const TreeEntry& entry) {
      if (!seen_.insert(entry.id).second) return Enter::No;
      consider(entry.id);
      if (chunks_.size() >= kMaxPending || recipe_bytes_ >= kMostRecipesToSend) flush();
      progress_.advance(1, 0);
      return Enter::Yes;
    });
  }
  flush();
  remote_.merge_small_segments();
  progress_.end();
  std::sort(report_.missing.begin(), report_.missing.end());
  report_.damaged.assign(damaged_.begin(), damaged_.end());
  std::sort(report_.damaged.begin(), report_.damaged.end());
  return std::move(report_);
}

void Push::consider(const ObjectId& id) {
  throw_if_interrupted();
  if (remote_.find(id)) {
    ++report_.already_there;
    return;
  }
  const auto location = locate_frame(store_, id);
  if (!location && !store_.contains(id)) {
    report_.missing.push_back(id);
    return;
  }
  if (!location) {
    whole_.push_back(id);
  } else if (location->entry.kind == FrameKind::Chunk) {
    chunks_.push_back(*location);
  } else if (!consider_recipe(*location)) {
    report_.missing.push_back(id);
    return;
  }
  ++report_.objects;
}

// Returns false when a chunk is not in the store.
bool Push::consider_recipe(const FrameLocation& location) {
  std::vector<FrameLocation> needed;
  for (const RecipeChunk& chunk : read_recipe(store_, location).chunks) {
    if (seen_.contains(chunk.id) || remote_.find(chunk.id)) continue;
    const auto found = locate_frame(store_, chunk.id);
    if (!found) return false;
    needed.push_back(*found);
  }
  for (const FrameLocation& chunk : needed) {
    if (seen_.insert(chunk.entry.id).second) chunks_.push_back(chunk);
  }
  recipes_.push_back(location);
  recipe_bytes_ += location.entry.raw_length;
  return true;
}

// Sends the chunks first and then the recipes that need them.
void Push::flush() {
  send_frames(std::move(chunks_));
  send_whole_objects();
  send_recipes();
  chunks_.clear();
  recipes_.clear();
  whole_.clear();
  encoded_recipes_.clear();
  recipe_bytes_ = 0;
}

// Sends the frames in the order in which they lie in the store, cut into packs. The same frames always make
// the same packs, so packs that a killed push has already sent are recognized by name.
void Push::send_frames(std::vector<FrameLocation> frames) {
  if (frames.empty()) return;
  std::sort(frames.begin(), frames.end(), [](const FrameLocation& a, const FrameLocation& b) {
    return std::tie(a.pack_id, a.entry.offset, a.entry.id) < std::tie(b.pack_id, b.entry.offset, b.entry.id);
  });
  std::uint64_t bytes = 0;
  for (const FrameLocation& frame : frames) bytes += frame.entry.stored_length;
  progress_.begin("sending", 0, bytes);
  ThreadPool pool(jobs_, jobs_);
  std::vector<FrameLocation> group;
  std::uint64_t group_bytes = 0;
  const auto submit = [&] {
    pool.submit([this, group = std::exchange(group, {})]() mutable {
      if (stop_) return;
      try {
        send_pack(std::move(group));
      } catch (...) {
        stop_ = true;
        throw;
      }
    });
    group_bytes = 0;
  };
  for (const FrameLocation& frame : frames) {
    group.push_back(frame);
    group_bytes += frame.entry.stored_length;
    if (group_bytes >= options_.pack_bytes || group.size() >= kPackRollEntries) submit();
  }
  if (!group.empty()) submit();
  pool.wait();
}

void Push::send_pack(std::vector<FrameLocation> frames) {
  while (!frames.empty()) {
    PackStream stream(store_, frames);
    try {
      return send(stream.pack_id(), stream, stream.size(), stream.entries());
    } catch (const Error& e) {
      const auto damaged = ObjectId::parse(e.path());
      if (e.kind() != ErrorKind::Corruption || !damaged) throw;
      note_damaged(*damaged);
      if (std::erase_if(frames, [&](const FrameLocation& frame) { return frame.entry.id == *damaged; }) == 0)
        throw;
    }
  }
}

void Push::send(const ObjectId& pack_id, Source& source, std::uint64_t size, std::vector<PackEntry> entries) {
  const std::string name = remote_pack_name(pack_id);
  const auto there = remote_.backend().stat(name);
  const bool sent = !there || there->size != size;
  if (sent) remote_.backend().write(name, source, size);
  std::uint64_t stored = 0;
  for (const PackEntry& entry : entries) stored += entry.stored_length;
  remote_.publish({pack_id, std::move(entries)});
  progress_.advance(0, stored);
  const std::lock_guard lock(mutex_);
  if (!sent) return;
  ++report_.packs;
  report_.bytes += stored;
}

// Objects that are stored whole are cut and compressed on the way, into packs that exist locally only while
// they are sent.
void Push::send_whole_objects() {
  if (whole_.empty()) return;
  progress_.begin("packing and sending", whole_.size(), 0);
  const std::string tmp = join_path(store_.directory(), "tmp");
  make_directories(tmp);
  const SessionDirectory session(tmp);
  const std::string path = session.path_of("spool.pack");
  std::optional<PackWriter> spool;
  const auto keep = [&](const FrameInfo& info, std::span<const std::byte> stored) {
    if (info.kind == FrameKind::Recipe) {
      encoded_recipes_.push_back({info, std::string(as_text(stored))});
      return;
    }
    if (!remote_.find(info.id) && (!spool || !spool->contains(info.id))) {
      if (!spool) spool.emplace(path);
      spool->append(info, stored);
    }
    if (spool && spool->size() >= options_.pack_bytes) {
      send_spool(*spool, path);
      spool.reset();
    }
  };
  for (const ObjectId& id : whole_) {
    throw_if_interrupted();
    try {
      encode_object(store_, id, keep);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Corruption) throw;
      note_damaged(id);
      std::erase_if(encoded_recipes_, [&](const Frame& frame) { return frame.info.id == id; });
    }
    progress_.advance(1, 0);
  }
  if (spool && spool->entry_count() > 0) send_spool(*spool, path);
}

void Push::send_spool(PackWriter& spool, const std::string& path) {
  SealedPack sealed = spool.seal(Durability::Relaxed);  // only the remote keeps this pack
  FileSource source(path);
  send(sealed.pack_id, source, sealed.size, std::move(sealed.entries));
  if (beneath::remove_file(path) != 0) throw system_error("remove", path);
}

bool Push::is_intact(const Recipe& recipe) {
  return std::none_of(recipe.chunks.begin(), recipe.chunks.end(),
                      [&](const RecipeChunk& chunk) { return damaged_.contains(chunk.id); });
}

void Push::send_recipes() {
  if (!damaged_.empty()) {
    std::erase_if(recipes_,
                  [&](const FrameLocation& recipe) { return !is_intact(read_recipe(store_, recipe)); });
  }
  send_frames(std::move(recipes_));
  if (encoded_recipes_.empty()) return;
  const SessionDirectory session(join_path(store_.directory(), "tmp"));
  const std::string path = session.path_of("recipes.pack");
  PackWriter spool(path);
  for (const Frame& frame : encoded_recipes_) spool.append(frame.info, as_bytes(frame.bytes));
  send_spool(spool, path);
}

void Push::note_damaged(const ObjectId& id) {
  const std::lock_guard lock(mutex_);
  damaged_.insert(id);
}

}  // namespace

TransferReport push_objects(const ObjectStore& store, RemoteIndex& remote, std::span<const ClosureRoot> roots,
                            const TransferOptions& options, Progress& progress) {
  return Push(store, remote, options, progress).run(roots);
}

}  // namespace dvx
