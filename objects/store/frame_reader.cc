#include "objects/store/frame_reader.h"

#include <fmt/format.h>

#include "base/error.h"
#include "objects/pack/chunker.h"
#include "objects/pack/codec.h"
#include "objects/store/store_impl.h"

namespace dvx {

std::optional<FrameLocation> locate_frame(const ObjectStore& store, const ObjectId& id) {
  const auto hit = store.impl().find_frame(id);
  if (!hit) return std::nullopt;
  return FrameLocation{hit->pack_id, hit->entry};
}

Frame read_frame(const ObjectStore& store, const FrameLocation& location) {
  Frame frame;
  store.impl().with_pack(
      location.entry.id, {location.pack_id, location.entry},
      [&](const PackReader& pack, const PackEntry& entry) { frame = pack.read_frame(entry); });
  return frame;
}

Recipe read_recipe(const ObjectStore& store, const FrameLocation& location) {
  const Frame frame = read_frame(store, location);
  if (frame.info.kind != FrameKind::Recipe) {
    throw Error(ErrorKind::Internal, fmt::format("object {} has no recipe", frame.info.id.to_hex()));
  }
  Decoder decoder;
  return Recipe::parse(as_text(decoder.decode(frame.info, as_bytes(frame.bytes))));
}

std::shared_ptr<const PackReader> open_pack(const ObjectStore& store, const ObjectId& pack_id) {
  return store.impl().open_packs.open(pack_id);
}

std::vector<ObjectId> list_packs(const ObjectStore& store) {
  store.impl().index.refresh();
  return store.impl().index.packs();
}

namespace {

// Cuts the content that is written to it into chunks.
class CuttingSink final : public Sink {
 public:
  using Give = std::function<void(const FrameInfo&, std::span<const std::byte>)>;
  CuttingSink(const ObjectId& id, const Give& give) : id_(id), give_(give) {}

  void write(std::span<const std::byte> bytes) override {
    rest_.insert(rest_.end(), bytes.begin(), bytes.end());
    std::size_t at = 0;
    // More than the longest chunk must be there before anything is cut. So something is always left for
    // finish(), which can tell a file of a single chunk.
    while (rest_.size() - at > kMaxChunk) at += cut(std::span(rest_).subspan(at));
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(at));
  }

  void finish() {
    std::span<const std::byte> left(rest_);
    if (recipe_.chunks.empty() && next_chunk(left) == left.size()) {
      give_frame(id_, FrameKind::Chunk, left);
      return;
    }
    while (!left.empty()) left = left.subspan(cut(left));
    give_frame(id_, FrameKind::Recipe, as_bytes(recipe_.serialize()));
  }

 private:
  std::size_t cut(std::span<const std::byte> bytes) {
    const std::span<const std::byte> chunk = bytes.first(next_chunk(bytes));
    hasher_.update(chunk);
    recipe_.chunks.push_back({hasher_.finish(), static_cast<std::uint32_t>(chunk.size())});
    give_frame(recipe_.chunks.back().id, FrameKind::Chunk, chunk);
    return chunk.size();
  }

  void give_frame(const ObjectId& id, FrameKind kind, std::span<const std::byte> raw) {
    const EncodedFrame frame = encoder_.encode(id, kind, raw);
    give_(frame.info, frame.stored);
  }

  ObjectId id_;
  const Give& give_;
  Encoder encoder_;
  Hasher hasher_;
  Recipe recipe_;
  std::vector<std::byte> rest_;
};

}  // namespace

void encode_object(
    const ObjectStore& store, const ObjectId& id,
    const std::function<void(const FrameInfo& info, std::span<const std::byte> stored)>& give) {
  CuttingSink sink(id, give);
  store.read(id, sink);
  sink.finish();
}

}  // namespace dvx
