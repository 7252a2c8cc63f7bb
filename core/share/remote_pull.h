// What `dvx repro --pull` takes from remotes while it decides: run records of a key, and data that the store
// lacks.
//
// Each remote is opened, and its run lists are read, when they are first needed and once. A remote that
// cannot be asked is told of in one warning, and from then on it has nothing. What is missing or damaged
// there is not brought, so nobody is told that it is here. Single-threaded.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "core/formats/data_ref.h"
#include "core/repo/repository.h"
#include "core/share/remote_records.h"
#include "core/share/remotes.h"
#include "core/share/run_closure.h"
#include "objects/transfer/closure.h"

namespace dvx {

class RemotePull {
 public:
  // NotFound or Usage when there is no default remote.
  RemotePull(Repository& repository, Progress& progress);

  const std::string& remote() const { return default_.name; }
  // The runs that the default remote lists under this key.
  std::vector<ObjectId> runs_of(const ObjectId& key);
  // The record, with all that it was made from and their logs. False when it is not to be had.
  bool bring_record(const ObjectId& run);
  // What belongs at `path` of the workspace, from the remote that this output or pointer names, else from the
  // default one. True when all of it is in the store.
  bool bring(const std::string& path, const DataRef& data);

 private:
  OpenRemote* open(const std::string& name);
  RunClosure bring_upstream(const ObjectId& run);
  bool fetch(const std::string& remote, const std::vector<ClosureRoot>& roots);
  void give_up(const std::string& remote, const Error& error);
  const std::string& remote_of(const std::string& path);

  Repository& repository_;
  Progress& progress_;
  Remote default_;
  std::map<std::string, std::unique_ptr<OpenRemote>> sources_;  // by name; null: it cannot be asked
  std::optional<RemoteRuns> runs_;
  std::optional<std::vector<ObjectId>> known_;                     // runs of the run cache, at first
  std::optional<std::map<std::string, std::string>> own_remotes_;  // of tracked paths that have one
};

}  // namespace dvx
