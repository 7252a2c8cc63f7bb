#include "objects/transfer/pack_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "objects/pack/pack_format.h"

namespace dvx {

namespace {
// Frames that lie next to each other are read together, up to this many bytes.
constexpr std::uint64_t kRunBytes = std::uint64_t{4} << 20;

std::string make_tail(const std::vector<PackEntry>& entries, std::uint64_t index_offset, ObjectId& pack_id) {
  std::string bytes;
  bytes.reserve(entries.size() * kPackEntrySize + kPackTrailerSize);
  for (const PackEntry& entry : entries) append_pack_entry(bytes, entry);
  pack_id = ObjectId::of(bytes);
  return bytes + serialize_pack_trailer({index_offset, entries.size(), pack_id});
}
}  // namespace

PackStream::PackStream(const ObjectStore& store, std::vector<FrameLocation> frames)
    : store_(store), frames_(std::move(frames)) {
  std::uint64_t offset = kPackHeaderSize;
  entries_.reserve(frames_.size());
  for (const FrameLocation& frame : frames_) {
    PackEntry entry = frame.entry;
    entry.offset = offset;
    offset += entry.stored_length;
    entries_.push_back(entry);
  }
  std::sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  tail_ = make_tail(entries_, offset, pack_id_);
  size_ = offset + tail_.size();
}

std::size_t PackStream::read(std::span<std::byte> out) {
  while (block_at_ == block_.size()) {
    if (stage_ == Stage::End) return 0;
    next_block();
  }
  const std::size_t n = std::min(out.size(), block_.size() - block_at_);
  std::memcpy(out.data(), block_.data() + block_at_, n);
  block_at_ += n;
  return n;
}

bool PackStream::rewind() {
  stage_ = Stage::Header;
  next_frame_ = 0;
  block_.clear();
  block_at_ = 0;
  return true;
}

void PackStream::next_block() {
  throw_if_interrupted();
  block_at_ = 0;
  switch (stage_) {
    case Stage::Header:
      block_ = serialize_pack_header();
      stage_ = Stage::Frames;
      return;
    case Stage::Frames:
      read_run();
      if (next_frame_ == frames_.size()) stage_ = Stage::Tail;
      return;
    case Stage::Tail:
      block_ = tail_;
      stage_ = Stage::End;
      return;
    case Stage::End:
      return;
  }
}

void PackStream::read_run() {
  const std::size_t first = next_frame_;
  const FrameLocation& start = frames_[first];
  std::uint64_t length = 0;
  while (next_frame_ < frames_.size()) {
    const FrameLocation& frame = frames_[next_frame_];
    if (frame.pack_id != start.pack_id || frame.entry.offset != start.entry.offset + length) break;
    if (length > 0 && length + frame.entry.stored_length > kRunBytes) break;
    length += frame.entry.stored_length;
    ++next_frame_;
  }
  if (!pack_ || open_pack_id_ != start.pack_id) {
    pack_ = open_pack(store_, start.pack_id);
    open_pack_id_ = start.pack_id;
  }
  block_.resize(length);
  const auto bytes = std::as_writable_bytes(std::span(block_));
  pack_->read_range(start.entry.offset, bytes);
  for (std::size_t i = first; i < next_frame_; ++i) {
    const PackEntry& entry = frames_[i].entry;
    try {
      decoder_.decode(entry, bytes.subspan(entry.offset - start.entry.offset, entry.stored_length));
    } catch (const Error& e) {
      throw Error(e.kind(), e.message(), "dvx fsck --repair", entry.id.to_hex());
    }
  }
}

}  // namespace dvx
