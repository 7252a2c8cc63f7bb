// What a project publishes on a remote beside objects: roots, which say what must stay there, and lists of
// run records by key, through which the run cache travels (docs/formats/remote.md). All of it small JSON
// named by its hash.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/metafile/data_ref.h"
#include "core/pipeline/run_cache.h"
#include "objects/backend/backend.h"

namespace dvx {

struct RootData {
  std::string path;  // from the root of the repository
  DataRef data;
};

// A root: all of it, and all below it, is on the remote.
struct RemoteRoot {
  std::string project;
  std::string commit;          // of git, hex; "" before the first
  std::vector<RootData> data;  // sorted by path
  std::vector<ObjectId> runs;  // run records with the records they were made from, sorted
};

std::string serialize_remote_root(const RemoteRoot& root);
RemoteRoot parse_remote_root(std::string_view text, const std::string& name);  // Corruption

std::string serialize_run_list(const std::set<RunCacheEntry>& runs);
std::set<RunCacheEntry> parse_run_list(std::string_view text, const std::string& name);  // Corruption

// Writes the root unless the remote has it. After everything that it speaks of.
void publish_root(Backend& backend, const RemoteRoot& root);

// The run lists of one project. Lists never change, so `cache` (a directory, made when absent) keeps them.
class RemoteRuns {
 public:
  RemoteRuns(Backend& backend, std::string project, std::string cache);
  const std::set<RunCacheEntry>& all() const { return all_; }
  // Adds a list of those that the remote does not know. Many small lists become one.
  void publish(const std::vector<RunCacheEntry>& runs);

 private:
  void load(const std::string& cache);

  Backend& backend_;
  std::string project_;
  std::vector<std::string> names_;
  std::set<RunCacheEntry> all_;
};

}  // namespace dvx
