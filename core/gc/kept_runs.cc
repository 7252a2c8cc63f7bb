#include "core/gc/kept_runs.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/runs/run_cache.h"

namespace dvx {

namespace {

RunRecord read_record(const ObjectStore& store, const ObjectId& id) {
  try {
    return parse_run_record(store.read_bytes(id), id.to_hex());
  } catch (const Error& e) {
    if (e.kind() == ErrorKind::Io || e.kind() == ErrorKind::Interrupted) throw;
    throw Error(e.kind(),
                fmt::format("{}; what this run needs is not known, so nothing was removed", e.message()),
                e.hint().empty() ? "dvx fsck --repair" : e.hint(), e.path());
  }
}

}  // namespace

void for_each_run(const ObjectStore& store, const std::vector<ObjectId>& starts,
                  std::unordered_set<ObjectId>& seen,
                  const std::function<void(const ObjectId& id, const RunRecord& record)>& visit) {
  std::vector<ObjectId> open = starts;
  while (!open.empty()) {
    const ObjectId id = open.back();
    open.pop_back();
    if (!seen.insert(id).second || !store.contains(id)) continue;
    throw_if_interrupted();
    const RunRecord record = read_record(store, id);
    visit(id, record);
    for (const RunDependency& dep : record.deps) {
      if (dep.producer) open.push_back(*dep.producer);
    }
  }
}

void KeptRuns::keep(const ObjectId& run) {
  for_each_run(store_, {run}, kept_, [&](const ObjectId& id, const RunRecord& record) {
    mark_.keep(id);
    if (record.log) mark_.keep(*record.log);
    for (const RunOutput& out : record.outs) mark_.keep(out.data.id, object_kind(out.data));
    for (const RunDependency& dep : record.deps) mark_.keep(dep.data.id, object_kind(dep.data));
  });
}

void KeptRuns::keep_since(std::int64_t since_ns) {
  for (const ObjectId& run : young_runs(store_, since_ns)) keep(run);
}

std::vector<std::string> KeptRuns::stale_entries() const {
  std::vector<std::string> files;
  for (const RunCacheEntry& entry : RunCache(store_).all()) {
    if (!kept_.contains(entry.run)) files.push_back(RunCache::file_of(entry));
  }
  return files;
}

std::vector<ObjectId> young_runs(const ObjectStore& store, std::int64_t since_ns) {
  std::vector<ObjectId> runs;
  for (const RunCacheEntry& entry : RunCache(store).all()) {
    const auto st = stat_if_exists(join_path(store.directory(), RunCache::file_of(entry)));
    if (st && to_ns(st->st_mtim) > since_ns) runs.push_back(entry.run);
  }
  return runs;
}

}  // namespace dvx
