// What a project publishes on a remote beside objects: roots, which say what must stay there, and lists of
// run records by key, through which the run cache travels (docs/formats/remote.md). All of it small JSON
// named by its hash.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/formats/data_ref.h"
#include "core/runs/run_cache.h"
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

// Sorted by key and then by run, each once.
using RunEntries = std::vector<RunCacheEntry>;

// Records: they are on the remote, with those that they were made from as far as those were to be had.
// Outputs: and so is what the runs made, as far as it is meant for this remote.
enum class RunListOf { Records, Outputs };

struct RunList {
  RunListOf of = RunListOf::Records;
  RunEntries runs;
};

std::string serialize_run_list(const RunList& list);
RunList parse_run_list(std::string_view text, const std::string& name);  // Corruption

// Writes the root unless the remote has it. After everything that it speaks of.
void publish_root(Backend& backend, const RemoteRoot& root);

// The run lists of one project: the index by which a push knows what is new without asking for anything
// else. Lists never change, so `cache` (a directory, made when absent) keeps them.
class RemoteRuns {
 public:
  RemoteRuns(Backend& backend, std::string project, std::string cache);
  const RunEntries& all() const { return all_; }
  const RunEntries& with_outputs() const { return with_outputs_; }
  // The runs among `all()` with this key.
  std::vector<ObjectId> with_key(const ObjectId& key) const;
  // Adds a list of those that the remote does not know as such. Small lists become one now and then, so that
  // an entry is rewritten about log n times.
  void publish(RunListOf of, const RunEntries& runs);

 private:
  struct Listed {
    std::string name;
    RunList list;
  };

  void load(const std::string& cache);
  bool load_listed(const std::string& cache);
  void drop_unlisted_from_cache(const std::string& cache) const;
  void add(const RunList& list);
  std::vector<Listed> take_small(RunListOf of);

  Backend& backend_;
  std::string project_;
  std::vector<Listed> lists_;
  RunEntries all_, with_outputs_;
};

}  // namespace dvx
