// The run cache: which runs are known for a key. It says where a result may be restored from instead of made
// anew.
//
// One empty file a run, `<store>/runs/<first 2 digits of key>/<key>.<run id>`, so it needs no rebuilding,
// survives every other cache, is shared by all clones of one store and can be copied file by file. The run
// record itself is an object of the store and is made durable before it is listed here. Any thread or process
// may add and read.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "objects/model/object_id.h"

namespace dvx {

class ObjectStore;

struct RunCacheEntry {
  ObjectId key, run;
  friend auto operator<=>(const RunCacheEntry&, const RunCacheEntry&) = default;
};

class RunCache {
 public:
  explicit RunCache(const ObjectStore& store);

  // Ids of the records with this key, sorted by id.
  std::vector<ObjectId> find(const ObjectId& key) const;
  // Durable when it returns; adding what is there changes nothing.
  void add(std::span<const RunCacheEntry> entries);
  void add(const ObjectId& key, const ObjectId& run) { add(std::vector<RunCacheEntry>{{key, run}}); }
  // Path in the store of the file that is this entry.
  static std::string file_of(const RunCacheEntry& entry);
  // Every entry, sorted by key and then by run: what came since it was last asked for is read, the rest is
  // remembered (run_index.h).
  std::vector<RunCacheEntry> all() const;

 private:
  std::string store_directory_, directory_;
};

}  // namespace dvx
