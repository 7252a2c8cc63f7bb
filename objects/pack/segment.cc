#include "objects/pack/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_system.h"
#include "base/little_endian.h"
#include "base/regular_file.h"
#include "base/stream.h"
#include "objects/pack/id_filter.h"
#include "objects/pack/id_search.h"
#include "objects/pack/mapped_file.h"
#include "objects/pack/pack_format.h"
#include "objects/pack/pack_reader.h"

namespace dvx {

namespace {

// Version 1 has no filter; version 2 has one.
constexpr std::string_view kStartMagic = "DVXSEG2\n", kEndMagic = "\n2GESXVD";
constexpr std::string_view kMagic1 = "DVXSEG1\n", kEndMagic1 = "\n1GESXVD";
// Magic, pack count, and number of filter blocks.
constexpr std::size_t kSegmentHeaderSize = 16;
// Entry count, pack count, checksum, and magic.
constexpr std::size_t kTrailerSize = 56;
constexpr std::size_t kEntrySize = kPackEntrySize + 4;
// On a network file system another machine may remove a file while it is mapped, and reading the map would
// then end this process by a signal. There, a segment up to this size (five million entries) is read into
// memory instead.
constexpr std::uint64_t kReadWhole = std::uint64_t{256} << 20;

[[noreturn]] void refuse_segment(std::string_view what) {
  throw Error(ErrorKind::Corruption, fmt::format("not an index segment: {}", what));
}

std::span<const std::byte> field(std::string_view bytes, std::size_t at, std::size_t length) {
  return as_bytes(bytes.substr(at, length));
}

}  // namespace

struct Segment::State {
  std::string kept;
  MappedFile mapped;
  std::string_view bytes, records, filter;
  std::vector<ObjectId> packs;
  std::uint64_t count = 0;

  void parse();
};

void Segment::State::parse() {
  const bool is_first = bytes.starts_with(kMagic1) && bytes.ends_with(kEndMagic1);
  const bool is_second = bytes.starts_with(kStartMagic) && bytes.ends_with(kEndMagic);
  if (bytes.size() < kSegmentHeaderSize + kTrailerSize || !(is_first || is_second))
    refuse_segment("it does not begin and end as one");
  const std::string_view trailer = bytes.substr(bytes.size() - kTrailerSize);
  const std::uint64_t pack_count = load_le(field(bytes, 8, 4)), blocks = load_le(field(bytes, 12, 4));
  count = load_le(field(trailer, 0, 8));
  const std::uint64_t body = bytes.size() - kSegmentHeaderSize - kTrailerSize;
  if (load_le(field(trailer, 8, 8)) != pack_count || (is_first && blocks != 0))
    refuse_segment("its header is damaged");
  if (pack_count > body / ObjectId::kSize || count > body / kEntrySize ||
      pack_count * ObjectId::kSize + count * kEntrySize + blocks * kFilterBlock != body) {
    refuse_segment("its length is not what it says");
  }
  for (std::uint64_t i = 0; i < pack_count; ++i) {
    packs.emplace_back(
        field(bytes, kSegmentHeaderSize + i * ObjectId::kSize, ObjectId::kSize).first<ObjectId::kSize>());
    if (i > 0 && packs[i - 1] >= packs[i]) refuse_segment("its packs are out of order");
  }
  records = bytes.substr(kSegmentHeaderSize + pack_count * ObjectId::kSize, count * kEntrySize);
  filter = bytes.substr(bytes.size() - kTrailerSize - blocks * kFilterBlock, blocks * kFilterBlock);
}

Segment::Segment(std::unique_ptr<State> state) : state_(std::move(state)) {}
Segment::~Segment() = default;

std::shared_ptr<const Segment> Segment::open(const std::string& path) {
  const RegularFile file = open_stored_file(path);
  const UniqueFd& fd = file.fd;
  const std::uint64_t size = file.size();
  if (size <= kReadWhole && reach_of(fd.get()) == FileSystemReach::Network) {
    std::string bytes(size, '\0');
    pread_exact(fd.get(), std::as_writable_bytes(std::span(bytes)), 0, path);
    return from_bytes(std::move(bytes));
  }
  auto state = std::make_unique<State>();
  state->mapped = MappedFile(fd.get(), 0, static_cast<std::size_t>(size), path);
  state->bytes = state->mapped.bytes();
  state->parse();
  return std::shared_ptr<const Segment>(new Segment(std::move(state)));
}

std::shared_ptr<const Segment> Segment::from_bytes(std::string bytes) {
  auto state = std::make_unique<State>();
  state->kept = std::move(bytes);
  state->bytes = state->kept;
  state->parse();
  return std::shared_ptr<const Segment>(new Segment(std::move(state)));
}

const std::vector<ObjectId>& Segment::packs() const {
  return state_->packs;
}
std::uint64_t Segment::entry_count() const {
  return state_->count;
}

SegmentHit Segment::at(std::uint64_t position) const {
  const std::string_view record = state_->records.substr(position * kEntrySize, kEntrySize);
  const std::uint64_t pack = load_le(field(record, kPackEntrySize, 4));
  if (pack >= state_->packs.size()) refuse_segment("an entry names no pack of it");
  return {state_->packs[pack], parse_pack_entry(field(record, 0, kPackEntrySize).first<kPackEntrySize>())};
}

std::optional<std::uint64_t> Segment::position_of(const ObjectId& id) const {
  if (!may_be_in(state_->filter, id)) return std::nullopt;
  return find_id(state_->records, kEntrySize, id);
}

std::optional<SegmentHit> Segment::find(const ObjectId& id) const {
  const auto position = position_of(id);
  if (!position) return std::nullopt;
  return at(*position);
}

void Segment::verify() const {
  const std::string_view checked = state_->bytes.substr(0, state_->bytes.size() - kTrailerSize + 16);
  const std::string_view checksum = state_->bytes.substr(checked.size(), ObjectId::kSize);
  if (as_text(ObjectId::of(checked).bytes()) != checksum) refuse_segment("its checksum is wrong");
  ObjectId previous;
  for (std::uint64_t i = 0; i < state_->count; ++i) {
    const SegmentHit hit = at(i);
    if (i > 0 && hit.entry.id <= previous) refuse_segment("its entries are out of order");
    if (!may_be_in(state_->filter, hit.entry.id)) refuse_segment("its filter does not know an entry");
    previous = hit.entry.id;
  }
}

namespace {

// One sorted input of a merge. It is read one entry at a time.
struct Run {
  std::uint64_t count = 0;
  std::function<SegmentHit(std::uint64_t)> at;
  std::uint64_t position = 0;
  SegmentHit head;

  bool advance() {
    if (position == count) return false;
    head = at(position++);
    return true;
  }
};

std::vector<Run> runs_of(const SegmentInputs& inputs) {
  std::vector<Run> runs;
  for (const SegmentInputs::Pack& pack : inputs.packs) {
    runs.push_back({pack.entries.size(),
                    [&pack](std::uint64_t i) {
                      return SegmentHit{pack.pack_id, pack.entries[i]};
                    },
                    0,
                    {}});
  }
  for (const auto& reader : inputs.readers) {
    runs.push_back({reader->entry_count(),
                    [&reader](std::uint64_t i) {
                      return SegmentHit{reader->pack_id(), reader->entry(i)};
                    },
                    0,
                    {}});
  }
  for (const auto& segment : inputs.segments) {
    runs.push_back({segment->entry_count(), [&segment](std::uint64_t i) { return segment->at(i); }, 0, {}});
  }
  return runs;
}

std::vector<ObjectId> packs_of(const SegmentInputs& inputs) {
  std::vector<ObjectId> packs;
  for (const SegmentInputs::Pack& pack : inputs.packs) packs.push_back(pack.pack_id);
  for (const auto& reader : inputs.readers) packs.push_back(reader->pack_id());
  for (const auto& segment : inputs.segments)
    packs.insert(packs.end(), segment->packs().begin(), segment->packs().end());
  std::sort(packs.begin(), packs.end());
  packs.erase(std::unique(packs.begin(), packs.end()), packs.end());
  return packs;
}

// Returns an empty filter that is large enough for all entries, even when no id occurs twice. It takes ten
// bits for each entry, which is 125 MB for a hundred million.
std::string empty_filter(const std::vector<Run>& runs) {
  std::uint64_t entries = 0;
  for (const Run& run : runs) entries += run.count;
  return std::string(filter_blocks(entries) * kFilterBlock, '\0');
}

// Calls give(hit) once for every id, in order. It takes the next entry from the run with the smallest head,
// using a priority queue. When several packs hold an id, the pack with the smallest id is given.
template <typename Give>
void merge(std::vector<Run>& runs, Give give) {
  const auto later = [](const Run* a, const Run* b) {
    return std::tie(a->head.entry.id, a->head.pack_id) > std::tie(b->head.entry.id, b->head.pack_id);
  };
  std::priority_queue<Run*, std::vector<Run*>, decltype(later)> queue(later);
  for (Run& run : runs) {
    if (run.advance()) queue.push(&run);
  }
  std::optional<ObjectId> previous;
  while (!queue.empty()) {
    Run* run = queue.top();
    queue.pop();
    if (previous != run->head.entry.id) give(run->head);
    previous = run->head.entry.id;
    if (run->advance()) queue.push(run);
  }
}

class HashingSink {
 public:
  explicit HashingSink(Sink& sink) : sink_(sink) {}
  void write(std::string_view bytes) {
    hasher_.update(bytes);
    sink_.write(as_bytes(bytes));
  }
  ObjectId checksum() { return hasher_.finish(); }

 private:
  Sink& sink_;
  Hasher hasher_;
};

}  // namespace

// Merges all inputs into one segment. The header and the list of packs come first; then the entries are
// written as the merge yields them, in pieces of one megabyte, while the filter is filled in memory; then
// follow the filter, the counts and the checksum over everything before it.
void write_segment(const SegmentInputs& inputs, Sink& sink) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  const std::vector<ObjectId> packs = packs_of(inputs);
  HashingSink out(sink);
  std::string bytes(kStartMagic);
  append_le(bytes, packs.size(), 4);
  std::vector<Run> runs = runs_of(inputs);
  std::string filter = empty_filter(runs);
  append_le(bytes, filter.size() / kFilterBlock, 4);
  for (const ObjectId& pack : packs) bytes += as_text(pack.bytes());
  std::uint64_t count = 0;
  merge(runs, [&](const SegmentHit& hit) {
    append_pack_entry(bytes, hit.entry);
    add_to_filter(filter, hit.entry.id);
    append_le(bytes, std::lower_bound(packs.begin(), packs.end(), hit.pack_id) - packs.begin(), 4);
    ++count;
    if (bytes.size() < kPiece) return;
    out.write(bytes);
    bytes.clear();
  });
  out.write(bytes);
  out.write(filter);
  bytes.clear();
  append_le(bytes, count, 8);
  append_le(bytes, packs.size(), 8);
  out.write(bytes);
  bytes = as_text(out.checksum().bytes());
  bytes += kEndMagic;
  sink.write(as_bytes(bytes));
}

std::string make_segment(const SegmentInputs& inputs) {
  StringSink sink;
  write_segment(inputs, sink);
  return sink.take();
}

}  // namespace dvx
