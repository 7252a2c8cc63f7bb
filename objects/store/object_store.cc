#include "objects/store/object_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/regular_file.h"
#include "objects/pack/codec.h"
#include "objects/pack/recipe.h"
#include "objects/store/background_hasher.h"
#include "objects/store/content_encoder.h"
#include "objects/store/frame_writer.h"
#include "objects/store/store_access.h"
#include "objects/store/store_format.h"
#include "objects/store/store_impl.h"
#include "objects/store/store_use.h"

namespace dvx {

namespace {

constexpr std::size_t kOpenPacks = 256;

// The buffers with which a thread reads frames, kept between reads.
struct ReadContext {
  Decoder decoder;
  std::vector<std::byte> stored;
};

ReadContext& read_context() {
  thread_local ReadContext context;
  return context;
}

std::span<const std::byte> read_stored(ReadContext& context, const PackReader& pack, const PackEntry& entry) {
  pack.require_inside(entry);
  if (context.stored.size() < entry.stored_length) context.stored.resize(entry.stored_length);
  const std::span<std::byte> stored = std::span(context.stored).first(entry.stored_length);
  pack.read_stored(entry, stored);
  return stored;
}

Error not_found(const ObjectId& id) {
  return Error(ErrorKind::NotFound, fmt::format("object {} is not in the store", id.to_hex()), "dvx pull");
}

Error damaged(const ObjectId& id, const std::string& path) {
  return Error(ErrorKind::Corruption,
               fmt::format("the stored bytes of {} in '{}' do not hash to their id", id.to_hex(), path),
               "dvx fsck --repair", path);
}

// Holds the last piece back until all pieces are known to be right.
class HoldingSink {
 public:
  explicit HoldingSink(Sink& sink) : sink_(sink) {}
  void write(std::span<const std::byte> bytes) {
    release();
    held_.assign(bytes.begin(), bytes.end());
  }
  void release() {
    if (!held_.empty()) sink_.write(held_);
    held_.clear();
  }

 private:
  Sink& sink_;
  std::vector<std::byte> held_;
};

}  // namespace

std::shared_ptr<const PackReader> OpenPacks::open(const ObjectId& id) {
  const std::lock_guard lock(mutex_);
  if (const auto found = packs_.find(id); found != packs_.end()) return found->second;
  if (packs_.size() >= kOpenPacks) packs_.clear();
  return packs_[id] = PackReader::open(join_path(directory_, id.to_hex() + ".pack"));
}

void OpenPacks::forget() {
  const std::lock_guard lock(mutex_);
  packs_.clear();
}

ObjectStore::Impl::Impl(std::string store_directory, StoreOptions store_options)
    : directory(std::move(store_directory)),
      guard(directory),
      options(store_options),
      index(directory),
      open_packs(path("packs")),
      trash(directory) {
  require_readable(directory);
  const std::string format = path("format");
  const auto text = read_file_if_exists(format);
  if (!text) {
    require_no_other_use(directory);
    return;
  }
  check_store_format(*text, format);
  heed_sharing(directory);
  try {
    enter_user();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Io) throw;  // a user who may only read cannot make an entry either
  }
}

void ObjectStore::Impl::enter_user() const {
  if (options.user.name.empty()) return;
  const std::string file = join_path(path("users"), options.user.name);
  if (exists(file)) return;
  make_directories(parent_path(file));
  write_file_atomically(file, options.user.text);
}

// Writes the marker `linked`. A store that does not exist yet gets it when it is made.
void ObjectStore::Impl::note_links() const {
  const std::string marker = path("linked");
  if (linked && exists(path("format")) && !exists(marker)) write_file_atomically(marker, "");
}

std::string ObjectStore::Impl::path(std::string_view name) const {
  return join_path(directory, name);
}

std::string ObjectStore::Impl::pack_path(const ObjectId& pack_id) const {
  return path("packs/" + pack_id.to_hex() + ".pack");
}

std::string ObjectStore::Impl::whole_path(const ObjectId& id) const {
  const std::string hex = id.to_hex();
  return path(fmt::format("whole/{}/{}", hex.substr(0, 2), hex.substr(2)));
}

void ObjectStore::Impl::ensure_layout() {
  std::call_once(layout_made, [this] {
    make_directories(directory);
    share_directory(directory, shared);
    heed_sharing(directory);
    // This file comes first, because a directory without `format` is not taken for a store.
    if (!exists(path("format"))) write_file_atomically(path("format"), serialize_store_format());
    for (const char* name : {"packs", "index", "tmp", "trash"}) {
      make_directories(path(name));
      share_new_directory(path(name));  // also for a directory that already existed
      require_writable(path(name), directory);
    }
    enter_user();
    note_links();
  });
}

bool ObjectStore::Impl::has_whole(const ObjectId& id) const {
  return beneath::access(whole_path(id), F_OK) == 0;
}

bool ObjectStore::Impl::probably_has(const ObjectId& id) const {
  return index.find(id).has_value() || has_whole(id);
}

std::optional<SegmentHit> ObjectStore::Impl::find_frame(const ObjectId& id) const {
  auto hit = index.find(id);
  if (!hit && index.refresh()) hit = index.find(id);
  if (!hit && !has_whole(id) && bring_back(id)) hit = index.find(id);
  return hit;
}

bool ObjectStore::Impl::bring_back(const ObjectId& id) const {
  std::optional<FileLock> use;
  try {
    if (!trash.has(id)) return false;
    if (!claimed) use = share_store(directory);
    if (!trash.bring_back(id)) return false;
  } catch (const Error& e) {
    // A user who may not write here does not find the object.
    if (e.kind() != ErrorKind::Io && e.kind() != ErrorKind::NotFound) throw;
    return false;
  }
  open_packs.forget();
  index.reload();
  return true;
}

void ObjectStore::Impl::with_pack(const ObjectId& id, SegmentHit hit,
                                  const std::function<void(const PackReader&, const PackEntry&)>& use) const {
  std::shared_ptr<const PackReader> pack;
  for (int attempt = 0; !pack; ++attempt) {
    try {
      pack = open_packs.open(hit.pack_id);
      continue;
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::NotFound || attempt == 3) throw;
    }
    // Another process repaired or repacked the store. The frame is in a different pack now.
    open_packs.forget();
    index.reload();
    const auto found = find_frame(id);
    if (!found) throw not_found(id);
    hit = *found;
  }
  use(*pack, hit.entry);
}

std::uint64_t ObjectStore::Impl::size_of(const SegmentHit& hit) const {
  if (hit.entry.kind == FrameKind::Chunk) return hit.entry.raw_length;
  std::uint64_t size = 0;
  with_pack(hit.entry.id, hit, [&](const PackReader& pack, const PackEntry& entry) {
    ReadContext& context = read_context();
    size =
        Recipe::parse(as_text(context.decoder.decode(entry, read_stored(context, pack, entry)))).total_size();
  });
  return size;
}

namespace {

// Hashes in a background thread when the size makes starting one worthwhile.
class StreamHasher {
 public:
  explicit StreamHasher(std::uint64_t size) {
    if (size >= kWorthAThread) background_.emplace();
  }
  void update(std::span<const std::byte> bytes) {
    background_ ? background_->update(bytes) : own_.update(bytes);
  }
  ObjectId finish() { return background_ ? background_->finish() : own_.finish(); }

 private:
  static constexpr std::uint64_t kWorthAThread = std::uint64_t{16} << 20;

  std::optional<BackgroundHasher> background_;
  Hasher own_;
};

// Decodes a frame. When the bytes are wrong at the place that the index gives, it tries the place that the
// pack itself gives.
std::span<const std::byte> decode_chunk(ReadContext& context, const PackReader& pack,
                                        const PackEntry& entry) {
  try {
    return context.decoder.decode(entry, read_stored(context, pack, entry));
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Corruption) throw;
  }
  const auto own = pack.find(entry.id);
  if (!own || *own == entry) throw damaged(entry.id, pack.path());
  return context.decoder.decode(*own, read_stored(context, pack, *own));
}

}  // namespace

void ObjectStore::Impl::read_frames(const ObjectId& id, const SegmentHit& hit, Sink& sink) const {
  ReadContext& context = read_context();
  Recipe recipe;
  with_pack(id, hit, [&](const PackReader& pack, const PackEntry& entry) {
    const std::span<const std::byte> raw = decode_chunk(context, pack, entry);
    if (entry.kind == FrameKind::Chunk) {
      sink.write(raw);
    } else {
      recipe = Recipe::parse(as_text(raw));
    }
  });
  if (recipe.chunks.empty()) return;
  // The hash of the whole file covers all chunks, so their own hashes are not computed.
  HoldingSink out(sink);
  StreamHasher hasher(recipe.total_size());
  for (const RecipeChunk& chunk : recipe.chunks) {
    const auto found = find_frame(chunk.id);
    if (!found)
      throw Error(ErrorKind::Corruption,
                  fmt::format("chunk {} of object {} is missing", chunk.id.to_hex(), id.to_hex()),
                  "dvx fsck --repair");
    if (found->entry.kind != FrameKind::Chunk || found->entry.raw_length != chunk.length)
      throw damaged(id, pack_path(found->pack_id));
    with_pack(chunk.id, *found, [&](const PackReader& pack, const PackEntry& entry) {
      const std::span<const std::byte> raw =
          context.decoder.decode_unverified(entry, read_stored(context, pack, entry));
      hasher.update(raw);
      out.write(raw);
    });
  }
  if (hasher.finish() != id) throw damaged(id, pack_path(hit.pack_id));
  out.release();
}

void ObjectStore::Impl::read_whole(const ObjectId& id, Sink& sink) const {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  const std::string file = whole_path(id);
  RegularFile opened;
  try {
    opened = open_stored_file(file);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::NotFound) throw;
    const std::vector<std::string> unreadable = index.damaged_packs();
    if (unreadable.empty()) throw not_found(id);
    throw Error(ErrorKind::Corruption,
                fmt::format("object {} is not in the store, of which '{}' is damaged", id.to_hex(),
                            unreadable.front()),
                "dvx fsck --repair");
  }
  HoldingSink out(sink);
  StreamHasher hasher(opened.size());
  std::vector<std::byte> buffer(std::min<std::uint64_t>(opened.size(), kPiece));
  // Reads no more than the file had when it was opened, even when it grows meanwhile.
  for (std::uint64_t left = opened.size(); left > 0;) {
    const auto piece = std::span(buffer).first(std::min<std::uint64_t>(left, buffer.size()));
    const std::size_t n = read_up_to(opened.fd.get(), piece, file);
    if (n == 0) break;
    hasher.update(piece.first(n));
    out.write(piece.first(n));
    left -= n;
  }
  if (hasher.finish() != id) throw damaged(id, file);
  out.release();
}

ObjectStore::ObjectStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ObjectStore::~ObjectStore() = default;

std::unique_ptr<ObjectStore> ObjectStore::open(const std::string& directory, StoreOptions options) {
  return std::unique_ptr<ObjectStore>(new ObjectStore(std::make_unique<Impl>(directory, options)));
}

const std::string& ObjectStore::directory() const {
  return impl_->directory;
}

std::optional<FileLock> ObjectStore::hold() const {
  auto lock = share_store(impl_->directory);
  // What was known before may have been moved while this call waited for the lock.
  if (lock) impl_->index.catch_up();
  return lock;
}

bool ObjectStore::contains(const ObjectId& id) const {
  return impl_->probably_has(id) || impl_->find_frame(id).has_value() || impl_->has_whole(id);
}

std::optional<ObjectInfo> ObjectStore::find(const ObjectId& id) const {
  if (const auto hit = impl_->find_frame(id)) return ObjectInfo{impl_->size_of(*hit), Encoding::Packed};
  if (const auto st = stat_if_exists(impl_->whole_path(id))) {
    return ObjectInfo{static_cast<std::uint64_t>(st->st_size), Encoding::Whole};
  }
  return std::nullopt;
}

std::vector<ObjectId> ObjectStore::missing(std::span<const ObjectId> ids) const {
  impl_->index.refresh();
  std::vector<ObjectId> result;
  std::unordered_set<ObjectId> seen;
  for (const ObjectId& id : ids) {
    if (impl_->probably_has(id) || !seen.insert(id).second) continue;
    if (!impl_->bring_back(id)) result.push_back(id);
  }
  return result;
}

void ObjectStore::read(const ObjectId& id, Sink& sink) const {
  if (const auto hit = impl_->find_frame(id)) {
    impl_->read_frames(id, *hit, sink);
  } else {
    impl_->read_whole(id, sink);
  }
}

std::string ObjectStore::read_bytes(const ObjectId& id, std::uint64_t limit) const {
  if (const auto info = find(id); info && info->size > limit) {
    throw Error(ErrorKind::Io, fmt::format("object {} is too large to read whole", id.to_hex()));
  }
  StringSink sink;
  read(id, sink);
  return sink.take();
}

Tree ObjectStore::read_tree(const ObjectId& id) const {
  Tree tree = Tree::parse(read_bytes(id));
  impl_->tree_watch.note(id, tree, [this](const ObjectId& below) -> std::optional<Tree> {
    if (!contains(below)) return std::nullopt;
    return Tree::parse(read_bytes(below));
  });
  return tree;
}

std::optional<std::string> ObjectStore::whole_file(const ObjectId& id) const {
  if (!impl_->has_whole(id) && !impl_->index.find(id))
    impl_->find_frame(id);  // may bring it back from the trash
  if (!impl_->has_whole(id)) return std::nullopt;
  return impl_->whole_path(id);
}

ObjectId ObjectStore::put(std::string_view bytes) {
  const ObjectId id = ObjectId::of(bytes);
  const auto held = hold();
  if (contains(id)) return id;
  FrameWriter writer(*this);
  ContentEncoder().encode(id, as_bytes(bytes), writer);
  writer.commit();
  return id;
}

void ObjectStore::walk_tree(
    const ObjectId& id, const std::function<void(const std::string& path, const TreeEntry&)>& visit) const {
  const std::function<void(const ObjectId&, const std::string&)> walk = [&](const ObjectId& tree,
                                                                            const std::string& at) {
    const Tree listed = read_tree(tree);
    for (const TreeEntry& entry : listed.entries()) {
      const std::string path = join_path(at, entry.name);
      visit(path, entry);
      if (entry.kind == EntryKind::Directory) walk(entry.id, path);
    }
  };
  walk(id, "");
}

}  // namespace dvx
