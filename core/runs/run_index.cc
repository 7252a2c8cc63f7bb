#include "core/runs/run_index.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/little_endian.h"
#include "base/path.h"
#include "base/stream.h"

namespace dvx {

namespace {

constexpr std::string_view kMagic = "DVXRUN1\n";
constexpr std::size_t kBuckets = 256;
constexpr std::size_t kStampBytes = 32;
constexpr std::size_t kEntryBytes = 2 * ObjectId::kSize;
constexpr std::size_t kHexLength = 2 * ObjectId::kSize;
// With fewer runs the names are read as fast as an index.
constexpr std::size_t kWorthAnIndex = 4096;
// Stamps may be as coarse as two seconds: what changed so shortly before it was listed may change again
// unseen.
constexpr std::int64_t kSettledNs = 2'000'000'000;

// Of a directory; all zero when there is none.
struct Stamp {
  std::uint64_t inode = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

struct Bucket {
  Stamp stamp;
  std::vector<RunCacheEntry> entries;  // sorted
};

struct Listing {
  std::array<Bucket, kBuckets> buckets;
  std::int64_t written_ns = 0;  // by the clock of the file system

  bool is_settled(const Bucket& bucket) const {
    return std::max(bucket.stamp.mtime_ns, bucket.stamp.ctime_ns) + kSettledNs < written_ns;
  }
};

std::string bucket_path(const std::string& directory, std::size_t bucket) {
  return join_path(directory, fmt::format("{:02x}", bucket));
}

std::string index_path(const std::string& directory) {
  return join_path(directory, "index");
}

Stamp stamp_of(const std::string& path) {
  const auto st = stat_if_exists(path);
  if (!st) return {};
  return {st->st_ino, to_ns(st->st_mtim), to_ns(st->st_ctim)};
}

std::vector<RunCacheEntry> list_bucket(const std::string& path) {
  std::vector<RunCacheEntry> entries;
  for (const std::string& name : names_in_directory(path)) {
    if (const auto entry = parse_run_name(name)) entries.push_back(*entry);
  }
  return entries;  // names are sorted, and so are the entries
}

ObjectId id_at(std::span<const std::byte> bytes, std::size_t offset) {
  return ObjectId(bytes.subspan(offset).first<ObjectId::kSize>());
}

// nullopt for bytes that this program did not write, and for those that a power cut left.
std::optional<Listing> parse_listing(std::string_view text) {
  const std::size_t head = kMagic.size() + kBuckets * kStampBytes;
  if (text.size() < head + ObjectId::kSize || !text.starts_with(kMagic)) return std::nullopt;
  const auto bytes = as_bytes(text);
  const std::size_t end = text.size() - ObjectId::kSize;
  if (ObjectId::of(text.substr(0, end)) != id_at(bytes, end)) return std::nullopt;
  Listing listing;
  std::size_t at = head;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const auto word = [&](std::size_t n) {
      return load_le(bytes.subspan(kMagic.size() + i * kStampBytes + 8 * n, 8));
    };
    Bucket& bucket = listing.buckets[i];
    bucket.stamp = {word(0), static_cast<std::int64_t>(word(1)), static_cast<std::int64_t>(word(2))};
    const std::uint64_t count = word(3);
    if (count > (end - at) / kEntryBytes) return std::nullopt;
    bucket.entries.reserve(count);
    for (std::uint64_t n = 0; n < count; ++n, at += kEntryBytes)
      bucket.entries.push_back({id_at(bytes, at), id_at(bytes, at + ObjectId::kSize)});
  }
  if (at != end) return std::nullopt;
  return listing;
}

std::string serialize_listing(const Listing& listing) {
  std::string out(kMagic);
  for (const Bucket& bucket : listing.buckets) {
    append_le(out, bucket.stamp.inode, 8);
    append_le(out, static_cast<std::uint64_t>(bucket.stamp.mtime_ns), 8);
    append_le(out, static_cast<std::uint64_t>(bucket.stamp.ctime_ns), 8);
    append_le(out, bucket.entries.size(), 8);
  }
  for (const Bucket& bucket : listing.buckets) {
    for (const RunCacheEntry& entry : bucket.entries) {
      out += as_text(entry.key.bytes());
      out += as_text(entry.run.bytes());
    }
  }
  out += as_text(ObjectId::of(out).bytes());
  return out;
}

// The time comes first: of a file that is replaced meanwhile the older one trusts less.
std::optional<Listing> load_listing(const std::string& directory) {
  const auto st = stat_if_exists(index_path(directory));
  const auto text = st ? read_file_if_exists(index_path(directory), limits::kOwnBytes) : std::nullopt;
  auto listing = text ? parse_listing(*text) : std::nullopt;
  if (listing) listing->written_ns = to_ns(st->st_mtim);
  return listing;
}

// Only saves time, so not being able to write it (a full disk, somebody else's store) is no failure.
void save_listing(const std::string& directory, const Listing& listing) {
  try {
    write_file_atomically(index_path(directory), serialize_listing(listing), 0666, Durability::Relaxed);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Interrupted) throw;
  }
}

}  // namespace

std::optional<RunCacheEntry> parse_run_name(std::string_view name) {
  if (name.size() != 2 * kHexLength + 1 || name[kHexLength] != '.') return std::nullopt;
  const auto key = ObjectId::parse(name.substr(0, kHexLength));
  const auto run = ObjectId::parse(name.substr(kHexLength + 1));
  if (!key || !run) return std::nullopt;
  return RunCacheEntry{*key, *run};
}

std::vector<RunCacheEntry> list_runs(const std::string& directory) {
  Listing listing = load_listing(directory).value_or(Listing{});
  std::size_t count = 0;
  bool learnt = false;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    Bucket& bucket = listing.buckets[i];
    const std::string path = bucket_path(directory, i);
    const Stamp now = stamp_of(path);  // before the names: what comes meanwhile changes it
    if (now != bucket.stamp || (now != Stamp{} && !listing.is_settled(bucket))) {
      bucket = {now, list_bucket(path)};
      learnt = true;
    }
    count += bucket.entries.size();
  }
  if (learnt && count >= kWorthAnIndex) save_listing(directory, listing);
  std::vector<RunCacheEntry> all;
  all.reserve(count);
  for (const Bucket& bucket : listing.buckets)
    all.insert(all.end(), bucket.entries.begin(), bucket.entries.end());
  return all;
}

bool run_index_is_right(const std::string& directory) {
  if (!exists(index_path(directory))) return true;
  const auto listing = load_listing(directory);
  if (!listing) return !exists(index_path(directory));
  for (std::size_t i = 0; i < kBuckets; ++i) {
    const Bucket& bucket = listing->buckets[i];
    const std::string path = bucket_path(directory, i);
    const bool counts = listing->is_settled(bucket) && stamp_of(path) == bucket.stamp;
    if (counts && list_bucket(path) != bucket.entries) return false;
  }
  return true;
}

void drop_run_index(const std::string& directory) {
  const std::string path = index_path(directory);
  if (beneath::remove_file(path) != 0 && errno != ENOENT) throw system_error("remove", path);
}

}  // namespace dvx
