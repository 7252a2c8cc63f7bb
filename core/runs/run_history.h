// Every run this clone knows of: those that dvx.lock names and those in the run cache, read once and looked
// up by run id, by what they made and by what they read. Single-threaded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "core/formats/lock_file.h"
#include "core/formats/run_record.h"
#include "objects/store/object_store.h"

namespace dvx {

struct KnownRun {
  ObjectId id;
  RunRecord record;
  bool locked = false;  // dvx.lock names it
};

// Two runs of one key that made different things at `path`: the stage is not deterministic.
struct RunConflict {
  std::string stage, path;
  ObjectId key, first_run, second_run, first_output, second_output;
};

class RunHistory {
 public:
  RunHistory(const ObjectStore& store, const LockFile& lock);

  // The run with this id; null when its record is not in the store or cannot be read.
  const KnownRun* find(const ObjectId& id);
  // Runs with an output of exactly this content, the locked ones first, then the newest first.
  std::vector<const KnownRun*> makers_of(const ObjectId& content);
  // The same, for content that is somewhere inside of an output directory; gives the path it had there.
  std::vector<std::pair<const KnownRun*, std::string>> makers_inside(const ObjectId& content);
  // Every run, sorted as makers_of() does.
  std::vector<const KnownRun*> all() const;
  std::vector<RunConflict> conflicts_of(const ObjectId& key) const;  // sorted by path
  // Records that are listed but damaged, or absent, in the order of their ids.
  const std::map<ObjectId, Error>& unreadable() const { return unreadable_; }

 private:
  const KnownRun* load(const ObjectId& id);

  const ObjectStore& store_;
  std::map<ObjectId, KnownRun> runs_;
  std::map<ObjectId, Error> unreadable_;
  std::map<ObjectId, bool> locked_;
  std::unordered_map<ObjectId, std::vector<ObjectId>> makers_;
};

}  // namespace dvx
