#include "core/pipeline/run_cache_check.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_set>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/formats/run_record.h"
#include "core/runs/run_index.h"
#include "core/share/run_closure.h"
#include "objects/store/frame_reader.h"

namespace dvx {

namespace {

constexpr std::string_view kRecordMark = R"("dvx_run":)";
constexpr std::uint64_t kLargestRecord = 16U << 20;

std::string runs_directory(const ObjectStore& store) {
  return join_path(store.directory(), "runs");
}

std::optional<RunCacheEntry> entry_of_record(const ObjectStore& store, const ObjectId& id) {
  try {
    const std::string bytes = store.read_bytes(id, kLargestRecord);
    if (!bytes.starts_with("{\"") || bytes.find(kRecordMark) == std::string::npos) return std::nullopt;
    return RunCacheEntry{parse_run_record(bytes, id.to_hex()).key, id};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Io || error.kind() == ErrorKind::Interrupted) throw;
    return std::nullopt;
  }
}

std::vector<RunCacheEntry> every_record(const ObjectStore& store) {
  std::vector<RunCacheEntry> entries;
  for (const ObjectId& pack : list_packs(store)) {
    for (const PackEntry& frame : open_pack(store, pack)->entries()) {
      throw_if_interrupted();
      if (frame.kind != FrameKind::Chunk || frame.raw_length > kLargestRecord) continue;
      if (const auto entry = entry_of_record(store, frame.id)) entries.push_back(*entry);
    }
  }
  std::ranges::sort(entries);
  return entries;
}

// The record is gone already, so this loses nothing.
void unlist(const ObjectStore& store, const RunCacheEntry& entry) {
  const std::string file = join_path(store.directory(), RunCache::file_of(entry));
  if (beneath::remove_file(file) != 0 && errno != ENOENT) throw system_error("remove", file);
}

}  // namespace

RunCacheCheck check_run_cache(const ObjectStore& store, const LockFile& lock) {
  RunCacheCheck check;
  check.index_is_right = run_index_is_right(runs_directory(store));
  const std::vector<RunCacheEntry> listed = RunCache(store).all();
  check.runs = listed.size();
  const std::vector<ObjectId> absent = store.missing(run_ids(listed));
  const std::unordered_set<ObjectId> gone(absent.begin(), absent.end());
  std::ranges::copy_if(listed, std::back_inserter(check.without_record),
                       [&](const RunCacheEntry& entry) { return gone.contains(entry.run); });
  std::vector<RunCacheEntry> behind_lock;
  for (const auto& [name, stage] : lock.stages) {
    if (const auto entry = entry_of_record(store, stage.run)) behind_lock.push_back(*entry);
  }
  std::ranges::sort(behind_lock);
  std::ranges::set_difference(behind_lock, listed, std::back_inserter(check.not_listed));
  return check;
}

RunCacheMending mend_run_cache(const ObjectStore& store, const RunCacheCheck& check) {
  RunCacheMending mending;
  if (!check.index_is_right) drop_run_index(runs_directory(store));
  const auto held = store.hold();
  for (const RunCacheEntry& entry : check.without_record) {
    if (store.contains(entry.run)) continue;  // it was fetched meanwhile
    unlist(store, entry);
    ++mending.unlisted;
  }
  if (check.not_listed.empty()) return mending;
  RunCache cache(store);
  const std::vector<RunCacheEntry> listed = cache.all();
  std::vector<RunCacheEntry> found;
  std::ranges::set_difference(every_record(store), listed, std::back_inserter(found));
  cache.add(found);
  mending.listed = found.size();
  return mending;
}

}  // namespace dvx
