// A stream that forms a new pack from frames in the packs of the store, without writing anything locally.
//
// The layout follows from the lengths of the frames alone, so the name of the pack is known before the first
// byte is read. Every frame is verified when it is read.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/store/frame_reader.h"
#include "objects/store/object_store.h"

namespace dvx {

class PackStream final : public Source {
 public:
  // `frames` are in the order of the new pack, each id once. `store` must outlive this object.
  PackStream(const ObjectStore& store, std::vector<FrameLocation> frames);

  const ObjectId& pack_id() const { return pack_id_; }
  std::uint64_t size() const { return size_; }
  // Returns the entries sorted by id, with offsets in the new pack.
  const std::vector<PackEntry>& entries() const { return entries_; }

  // Throws Error{Corruption} for a damaged frame, with the id of the frame as path.
  std::size_t read(std::span<std::byte> out) override;
  bool rewind() override;

 private:
  void next_block();
  void read_run();

  const ObjectStore& store_;
  std::vector<FrameLocation> frames_;
  std::vector<PackEntry> entries_;
  std::string tail_;  // index and trailer
  ObjectId pack_id_;
  std::uint64_t size_ = 0;

  Decoder decoder_;
  // Shared with the store's cache of open packs.
  std::shared_ptr<const PackReader> pack_;
  ObjectId open_pack_id_;
  enum class Stage { Header, Frames, Tail, End } stage_ = Stage::Header;
  std::size_t next_frame_ = 0;
  std::string block_;
  std::size_t block_at_ = 0;
};

}  // namespace dvx
