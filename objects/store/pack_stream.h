// A new pack made of frames that lie in packs of the store, as a stream: nothing is written on this side.
//
// Its layout follows from the frames' lengths alone, so its name is known before a byte of it is read. Every
// frame is verified on its way out.
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
  // `frames` in the order that they are to have, each id once. `store` outlives this.
  PackStream(const ObjectStore& store, std::vector<FrameLocation> frames);

  const ObjectId& pack_id() const { return pack_id_; }
  std::uint64_t size() const { return size_; }
  const std::vector<PackEntry>& entries() const { return entries_; }  // sorted by id, offsets in the new pack

  std::size_t read(std::span<std::byte> out) override;  // Corruption for a damaged frame, with its id as path
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
  std::shared_ptr<const PackReader> pack_;  // owners: this and the store's cache of open packs
  ObjectId open_pack_id_;
  enum class Stage { Header, Frames, Tail, End } stage_ = Stage::Header;
  std::size_t next_frame_ = 0;
  std::string block_;
  std::size_t block_at_ = 0;
};

}  // namespace dvx
