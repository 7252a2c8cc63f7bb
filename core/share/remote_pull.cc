#include "core/share/remote_pull.h"

#include <fmt/format.h>

#include "base/path.h"
#include "core/share/named_objects.h"
#include "core/workspace/tracked.h"
#include "objects/transfer/transfer.h"

namespace dvx {

namespace {

// What the user must mend before anything can be pulled, and a wish to stop. All else is the remote's fault.
bool is_ours(const Error& error) {
  return error.kind() == ErrorKind::Interrupted || error.kind() == ErrorKind::Config ||
         error.kind() == ErrorKind::Usage || error.kind() == ErrorKind::Internal;
}

}  // namespace

RemotePull::RemotePull(Repository& repository, Progress& progress)
    : repository_(repository), progress_(progress), default_(find_remote(repository, "")) {}

OpenRemote* RemotePull::open(const std::string& name) {
  const auto [source, fresh] = sources_.try_emplace(name);
  if (!fresh) return source->second.get();
  try {
    auto opened = std::make_unique<OpenRemote>(repository_, find_remote(repository_, name));
    opened->require_data();
    source->second = std::move(opened);
  } catch (const Error& error) {
    give_up(name, error);
  }
  return source->second.get();
}

void RemotePull::give_up(const std::string& remote, const Error& error) {
  if (is_ours(error)) throw error;
  sources_[remote].reset();
  progress_.warning(fmt::format("going on without remote '{}': {}", remote, error.message()));
}

std::vector<ObjectId> RemotePull::runs_of(const ObjectId& key) {
  OpenRemote* remote = open(default_.name);
  if (remote == nullptr) return {};
  try {
    if (!runs_) runs_.emplace(remote->backend(), project_id(repository_), join_path(remote->cache(), "runs"));
  } catch (const Error& error) {
    give_up(default_.name, error);
    return {};
  }
  return runs_->with_key(key);
}

bool RemotePull::bring_record(const ObjectId& run) {
  const ObjectStore& store = repository_.store();
  try {
    if (!store.contains(run) && !fetch(default_.name, {{"run record", run, EntryKind::File}})) return false;
    if (!known_) known_ = run_ids(RunCache(store).all());
    const RunClosure runs = bring_upstream(run);
    std::vector<ClosureRoot> logs;
    for (const ObjectId& log : runs.logs) logs.push_back({"log", log, EntryKind::File});
    if (!logs.empty()) fetch(default_.name, logs);
    RunCache(store).add(runs.runs);
    return true;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Corruption) return false;
    throw;
  }
}

// Behind a run that the run cache has there is nothing to bring. What is nowhere ends the lineage, no more.
RunClosure RemotePull::bring_upstream(const ObjectId& run) {
  const ObjectStore& store = repository_.store();
  for (;;) {
    RunClosure runs = run_closure(store, {run}, *known_);
    if (runs.absent.empty()) return runs;
    std::vector<ClosureRoot> roots;
    for (const ObjectId& each : runs.absent) roots.push_back({"run record", each, EntryKind::File});
    fetch(default_.name, roots);
    if (store.missing(runs.absent).size() == runs.absent.size()) return runs;
  }
}

bool RemotePull::bring(const std::string& path, const DataRef& data) {
  return fetch(remote_of(path), {closure_root(path, data)});
}

// What came wrong is as good as missing.
bool RemotePull::fetch(const std::string& name, const std::vector<ClosureRoot>& roots) {
  OpenRemote* remote = open(name);
  if (remote == nullptr) return false;
  try {
    const TransferReport moved =
        fetch_objects(repository_.store(), remote->index(), roots, {.jobs = repository_.jobs()}, progress_);
    return moved.missing.empty() && moved.damaged.empty();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Corruption) give_up(name, error);  // else it is a tree that we have
    return false;
  }
}

const std::string& RemotePull::remote_of(const std::string& path) {
  if (!own_remotes_) {
    own_remotes_.emplace();
    for (const TrackedPath& tracked : tracked_paths(repository_)) {
      if (!tracked.remote.empty()) own_remotes_->emplace(tracked.path, tracked.remote);
    }
  }
  const auto own = own_remotes_->find(path);
  return own == own_remotes_->end() ? default_.name : own->second;
}

}  // namespace dvx
