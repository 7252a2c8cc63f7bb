#include "objects/upkeep/repack.h"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/stream.h"
#include "objects/pack/codec.h"
#include "objects/pack/pack_format.h"
#include "objects/store/frame_reader.h"
#include "objects/store/frame_writer.h"
#include "objects/store/store_impl.h"

namespace dvx {

namespace {

constexpr std::uint64_t kSpare = std::uint64_t{1} << 20;  // bytes left free on the disk

class Repacking {
 public:
  Repacking(ObjectStore& store, const WantedFrame& is_wanted, Progress& progress)
      : store_(store), is_wanted_(is_wanted), progress_(progress) {}

  RepackOutcome run(const std::vector<ObjectId>& packs) {
    Group group;
    for (const ObjectId& id : packs) {
      throw_if_interrupted();
      Source source = look_at(id);
      if (!group.sources.empty() && group.bytes + source.bytes > kPackRollBytes) {
        if (!copy(group)) return std::move(outcome_);
        group = {};
      }
      group.bytes += source.bytes;
      group.sources.push_back(std::move(source));
    }
    if (!group.sources.empty()) copy(group);
    return std::move(outcome_);
  }

 private:
  // The wanted frames are copied in groups. Each group becomes durable before the next is begun, so the space
  // and memory that this needs do not grow with the store.
  struct Source {
    ObjectId id;
    std::vector<PackEntry> entries;  // the wanted ones, in order of offset
    std::uint64_t bytes = 0;
  };
  struct Group {
    std::vector<Source> sources;
    std::uint64_t bytes = 0;
  };

  Source look_at(const ObjectId& id) const {
    Source source{.id = id, .entries = {}, .bytes = 0};
    for (const PackEntry& entry : open_pack(store_, id)->entries()) {
      if (!is_wanted_(id, entry)) continue;
      source.entries.push_back(entry);
      source.bytes += entry.stored_length + kPackEntrySize;
    }
    std::ranges::sort(source.entries, {}, &PackEntry::offset);
    return source;
  }

  // Copies one group. Returns false when it makes no sense to continue.
  bool copy(const Group& group) {
    if (const std::uint64_t free = free_bytes(); free < group.bytes + kSpare) {
      outcome_.notes.push_back(fmt::format(
          "{} not rewritten: that takes {} bytes and the disk has {}",
          group.sources.size() == 1 ? "a pack was" : fmt::format("{} packs were", group.sources.size()),
          group.bytes + kSpare, free));
      return false;
    }
    FrameWriter writer(store_);
    std::vector<ObjectId> copied;
    try {
      for (const Source& source : group.sources) {
        if (copy_pack(source, writer)) copied.push_back(source.id);
      }
      const auto made = writer.commit();
      outcome_.made.insert(outcome_.made.end(), made.begin(), made.end());
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Io) throw;
      outcome_.notes.push_back(fmt::format("packs were not rewritten: {}", e.message()));
      return false;
    }
    outcome_.done.insert(outcome_.done.end(), copied.begin(), copied.end());
    outcome_.bytes += group.bytes;
    return true;
  }

  // Copies the wanted frames of one pack. A damaged pack stays as it is, so that fsck can repair it.
  bool copy_pack(const Source& source, FrameWriter& writer) {
    const auto pack = open_pack(store_, source.id);
    std::uint64_t bytes = 0;
    for (const PackEntry& entry : source.entries) {
      throw_if_interrupted();
      const Frame frame = pack->read_frame(entry);
      try {
        verify_frame(frame.info, as_bytes(frame.bytes));
      } catch (const Error& e) {
        if (e.kind() != ErrorKind::Corruption) throw;
        outcome_.notes.push_back(
            fmt::format("'packs/{}.pack' stays: {} (dvx fsck --repair)", source.id.to_hex(), e.message()));
        return false;
      }
      writer.add(frame.info, as_bytes(frame.bytes));
      bytes += frame.bytes.size();
    }
    progress_.advance(1, bytes);
    return true;
  }

  std::uint64_t free_bytes() const {
    struct ::statvfs disk {};
    if (::statvfs(store_.directory().c_str(), &disk) != 0) throw system_error("look at", store_.directory());
    return std::uint64_t{disk.f_bavail} * disk.f_frsize;
  }

  ObjectStore& store_;
  const WantedFrame& is_wanted_;
  Progress& progress_;
  RepackOutcome outcome_;
};

}  // namespace

RepackOutcome repack(ObjectStore& store, const std::vector<ObjectId>& packs, const WantedFrame& is_wanted,
                     Progress& progress) {
  if (packs.empty()) return {};
  progress.begin("rewriting", packs.size(), 0);
  auto outcome = Repacking(store, is_wanted, progress).run(packs);
  progress.end();
  return outcome;
}

}  // namespace dvx
