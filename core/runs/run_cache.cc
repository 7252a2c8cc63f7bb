#include "core/runs/run_cache.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/runs/run_index.h"
#include "objects/store/object_store.h"

namespace dvx {

RunCache::RunCache(const ObjectStore& store)
    : store_directory_(store.directory()), directory_(join_path(store_directory_, "runs")) {}

std::string RunCache::file_of(const RunCacheEntry& entry) {
  const std::string key = entry.key.to_hex();
  return fmt::format("runs/{}/{}.{}", key.substr(0, 2), key, entry.run.to_hex());
}

std::vector<ObjectId> RunCache::find(const ObjectId& key) const {
  std::vector<ObjectId> runs;
  for (const std::string& name : names_in_directory(join_path(directory_, key.to_hex().substr(0, 2)))) {
    const auto entry = parse_run_name(name);
    if (entry && entry->key == key) runs.push_back(entry->run);
  }
  std::sort(runs.begin(), runs.end());
  return runs;
}

void RunCache::add(std::span<const RunCacheEntry> entries) {
  std::set<std::string> written;
  bool new_bucket = false;
  for (const RunCacheEntry& entry : entries) {
    const std::string file = join_path(store_directory_, file_of(entry));
    const std::string directory = parent_path(file);
    if (exists(file)) continue;
    if (!exists(directory)) {
      make_directories(directory);
      new_bucket = true;
    }
    open_file(file, O_WRONLY | O_CREAT, 0444);
    written.insert(directory);
  }
  // One after the other once all are there: the first sync carries most of the rest along.
  for (const std::string& directory : written) fsync_directory(directory);
  if (!new_bucket) return;
  fsync_directory(directory_);
  fsync_directory(store_directory_);
}

std::vector<RunCacheEntry> RunCache::all() const {
  return list_runs(directory_);
}

}  // namespace dvx
