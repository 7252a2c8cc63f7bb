#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/thread_pool.h"
#include "objects/pack/codec.h"
#include "objects/pack/recipe.h"
#include "objects/store/frame_reader.h"
#include "objects/store/frame_writer.h"
#include "objects/transfer/remote_layout.h"
#include "objects/transfer/transfer.h"

namespace dvx {

namespace {

// Frames with a smaller gap between them are read with one request, and the bytes in the gap are thrown away.
constexpr std::uint64_t kMaxGap = std::uint64_t{64} << 10;
constexpr std::uint64_t kMaxRequest = std::uint64_t{8} << 20;
// Recipes are held in memory until their chunks have arrived, up to this many bytes.
constexpr std::uint64_t kMostRecipesToFetch = std::uint64_t{32} << 20;

using FrameTaker = std::function<void(const FrameInfo& info, std::span<const std::byte> stored)>;

// Neighbouring frames of one remote pack.
struct Request {
  std::vector<SegmentHit> frames;  // in order of offset

  std::uint64_t begin() const { return frames.front().entry.offset; }
  std::uint64_t end() const { return frames.back().entry.offset + frames.back().entry.stored_length; }
};

bool joins(const Request& request, const SegmentHit& next) {
  return request.frames.front().pack_id == next.pack_id && next.entry.offset <= request.end() + kMaxGap &&
         next.entry.offset + next.entry.stored_length - request.begin() <= kMaxRequest;
}

std::vector<Request> coalesce(std::vector<SegmentHit> frames) {
  std::sort(frames.begin(), frames.end(), [](const SegmentHit& a, const SegmentHit& b) {
    return std::tie(a.pack_id, a.entry.offset, a.entry.id) < std::tie(b.pack_id, b.entry.offset, b.entry.id);
  });
  std::vector<Request> requests;
  for (const SegmentHit& frame : frames) {
    if (requests.empty() || !joins(requests.back(), frame)) requests.emplace_back();
    requests.back().frames.push_back(frame);
  }
  return requests;
}

// A fetch goes down the trees one level at a time, because the needs of a tree are known only when it has
// arrived. After the last level it fetches the files. For the objects of one round, the remote index gives
// the pack and the offset of each frame. Frames are sorted by place, neighbours are joined into one request
// of up to kMaxRequest bytes, and several threads make the requests. Each frame is verified before it is
// kept. Single chunks are kept directly. For files of many chunks, a group of recipes is read into memory
// first, then the missing chunks are fetched and committed, and only then the recipes whose chunks are all
// here. The packs are committed about every `pack_bytes`, so a killed fetch loses at most that much, and the
// next one asks only for objects that are still missing.
class Fetch {
 public:
  Fetch(ObjectStore& store, const RemoteIndex& remote, const TransferOptions& options, Progress& progress)
      : store_(store),
        remote_(remote),
        options_(options),
        progress_(progress),
        jobs_(options.jobs == 0 ? default_thread_count() : options.jobs),
        writer_(store) {}

  TransferReport run(std::span<const ClosureRoot> roots);

 private:
  void fetch_trees(std::vector<ObjectId> level);
  void add_children(const ObjectId& tree, std::vector<ObjectId>& next_level);
  void fetch_objects(const std::vector<ObjectId>& ids);
  void fetch_files_of_many_chunks(const std::vector<SegmentHit>& recipes);
  void fetch_chunks_then_keep(const std::vector<Frame>& recipes);
  void get_frames(std::vector<SegmentHit> frames, const FrameTaker& take);
  void get_request(const Request& request, const FrameTaker& take);
  void keep_chunks(std::vector<SegmentHit> chunks);

  ObjectStore& store_;
  const RemoteIndex& remote_;
  const TransferOptions& options_;
  Progress& progress_;
  const std::size_t jobs_;
  FrameWriter writer_;

  std::unordered_set<ObjectId> seen_;
  std::vector<ObjectId> files_;
  std::atomic<bool> stop_{false};

  // Guards the members below, which the fetching threads change.
  std::mutex mutex_;
  TransferReport report_;
  // The frames that arrived wrong, or not at all.
  std::unordered_set<ObjectId> damaged_;
};

TransferReport Fetch::run(std::span<const ClosureRoot> roots) {
  std::vector<ObjectId> trees;
  for (const ClosureRoot& root : roots) {
    if (!seen_.insert(root.id).second) continue;
    (root.kind == EntryKind::Directory ? trees : files_).push_back(root.id);
  }
  fetch_trees(std::move(trees));
  fetch_objects(files_);
  progress_.end();
  std::sort(report_.missing.begin(), report_.missing.end());
  report_.damaged.assign(damaged_.begin(), damaged_.end());
  std::sort(report_.damaged.begin(), report_.damaged.end());
  return std::move(report_);
}

// Makes one round for each level, because the needs of a tree are known only when the tree has arrived.
void Fetch::fetch_trees(std::vector<ObjectId> level) {
  for (std::size_t depth = 0; !level.empty(); ++depth) {
    throw_if_interrupted();
    if (depth > limits::kTreeLevels) {
      throw Error(ErrorKind::Corruption,
                  fmt::format("the tree {} lies {} levels below the data that is fetched; dvx goes "
                              "up to {}",
                              level.front().to_hex(), depth, limits::kTreeLevels));
    }
    fetch_objects(level);
    std::vector<ObjectId> next_level;
    for (const ObjectId& id : level) {
      if (store_.contains(id)) add_children(id, next_level);
    }
    level = std::move(next_level);
  }
}

void Fetch::add_children(const ObjectId& tree, std::vector<ObjectId>& next_level) {
  throw_if_interrupted();
  const Tree content = store_.read_tree(tree);  // a variable, so that it outlives the loop over its entries
  for (const TreeEntry& entry : content.entries()) {
    if (!seen_.insert(entry.id).second) continue;
    (entry.kind == EntryKind::Directory ? next_level : files_).push_back(entry.id);
  }
}

void Fetch::fetch_objects(const std::vector<ObjectId>& ids) {
  std::vector<SegmentHit> chunks, recipes;
  std::vector<ObjectId> coming;
  const std::vector<ObjectId> wanted = store_.missing(ids);
  report_.already_there += ids.size() - wanted.size();
  for (const ObjectId& id : wanted) {
    if (const auto hit = remote_.find(id)) {
      (hit->entry.kind == FrameKind::Chunk ? chunks : recipes).push_back(*hit);
      coming.push_back(id);
    } else {
      report_.missing.push_back(id);
    }
  }
  keep_chunks(std::move(chunks));
  fetch_files_of_many_chunks(recipes);
  const std::vector<ObjectId> failed = store_.missing(coming);
  report_.objects += coming.size() - failed.size();
  report_.missing.insert(report_.missing.end(), failed.begin(), failed.end());
}

void Fetch::fetch_files_of_many_chunks(const std::vector<SegmentHit>& recipes) {
  for (std::size_t i = 0; i < recipes.size();) {
    std::vector<SegmentHit> group;
    for (std::uint64_t bytes = 0; i < recipes.size() && bytes < kMostRecipesToFetch; ++i) {
      group.push_back(recipes[i]);
      bytes += recipes[i].entry.raw_length;
    }
    std::mutex mutex;
    std::vector<Frame> frames;
    get_frames(std::move(group), [&](const FrameInfo& info, std::span<const std::byte> stored) {
      const std::lock_guard lock(mutex);
      frames.push_back({info, std::string(as_text(stored))});
    });
    // The frames are sorted by id, so that the packs made here do not depend on which thread finished first.
    std::sort(frames.begin(), frames.end(),
              [](const Frame& a, const Frame& b) { return a.info.id < b.info.id; });
    fetch_chunks_then_keep(frames);
  }
}

void Fetch::fetch_chunks_then_keep(const std::vector<Frame>& recipes) {
  Decoder decoder;
  std::vector<SegmentHit> needed;
  std::unordered_set<ObjectId> asked;
  std::vector<Recipe> parsed;
  for (const Frame& frame : recipes) {
    parsed.push_back(Recipe::parse(as_text(decoder.decode(frame.info, as_bytes(frame.bytes)))));
    for (const RecipeChunk& chunk : parsed.back().chunks) {
      if (!asked.insert(chunk.id).second || locate_frame(store_, chunk.id)) continue;
      if (const auto hit = remote_.find(chunk.id)) needed.push_back(*hit);
    }
  }
  keep_chunks(std::move(needed));
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    const auto& chunks = parsed[i].chunks;
    const bool whole = std::all_of(chunks.begin(), chunks.end(), [&](const RecipeChunk& chunk) {
      return locate_frame(store_, chunk.id).has_value();
    });
    if (whole) writer_.add(recipes[i].info, as_bytes(recipes[i].bytes));
  }
  writer_.commit();
}

// Fetches the chunks in stretches. Each stretch is durable before the next is asked for.
void Fetch::keep_chunks(std::vector<SegmentHit> chunks) {
  get_frames(std::move(chunks),
             [&](const FrameInfo& info, std::span<const std::byte> stored) { writer_.add(info, stored); });
}

void Fetch::get_frames(std::vector<SegmentHit> frames, const FrameTaker& take) {
  if (frames.empty()) return;
  const std::vector<Request> requests = coalesce(std::move(frames));
  std::uint64_t total = 0;
  for (const Request& request : requests) total += request.end() - request.begin();
  progress_.begin("receiving", 0, total);
  ThreadPool pool(jobs_, jobs_);
  std::uint64_t uncommitted = 0;
  for (const Request& request : requests) {
    uncommitted += request.end() - request.begin();
    pool.submit([this, &request, &take] {
      if (stop_) return;
      try {
        get_request(request, take);
      } catch (...) {
        stop_ = true;
        throw;
      }
    });
    if (uncommitted < options_.pack_bytes) continue;
    pool.wait();
    writer_.commit();
    uncommitted = 0;
  }
  pool.wait();
  writer_.commit();
}

void Fetch::get_request(const Request& request, const FrameTaker& take) {
  throw_if_interrupted();
  StringSink sink;
  try {
    remote_.backend().read(remote_pack_name(request.frames.front().pack_id), request.begin(),
                           request.end() - request.begin(), sink);
  } catch (const Error& e) {
    // The pack is gone or cut short. Its frames count as missing, and the others are still fetched.
    if (e.kind() != ErrorKind::NotFound && e.kind() != ErrorKind::Corruption) throw;
    const std::lock_guard lock(mutex_);
    for (const SegmentHit& frame : request.frames) damaged_.insert(frame.entry.id);
    return;
  }
  const std::string bytes = sink.take();
  for (const SegmentHit& frame : request.frames) {
    const auto stored =
        as_bytes(bytes).subspan(frame.entry.offset - request.begin(), frame.entry.stored_length);
    try {
      verify_frame(frame.entry, stored);
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Corruption) throw;
      const std::lock_guard lock(mutex_);
      damaged_.insert(frame.entry.id);
      continue;
    }
    take(frame.entry, stored);
  }
  progress_.advance(0, bytes.size());
  const std::lock_guard lock(mutex_);
  report_.bytes += bytes.size();
}

}  // namespace

TransferReport fetch_objects(ObjectStore& store, const RemoteIndex& remote,
                             std::span<const ClosureRoot> roots, const TransferOptions& options,
                             Progress& progress) {
  return Fetch(store, remote, options, progress).run(roots);
}

std::optional<Frame> fetch_frame(const RemoteIndex& remote, const ObjectId& id) {
  const auto hit = remote.find(id);
  if (!hit) return std::nullopt;
  try {
    StringSink sink;
    remote.backend().read(remote_pack_name(hit->pack_id), hit->entry.offset, hit->entry.stored_length, sink);
    Frame frame{hit->entry, sink.take()};
    verify_frame(frame.info, as_bytes(frame.bytes));
    return frame;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::NotFound && e.kind() != ErrorKind::Corruption) throw;
    return std::nullopt;
  }
}

}  // namespace dvx
