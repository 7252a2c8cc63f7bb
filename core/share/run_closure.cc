#include "core/share/run_closure.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "base/interrupt.h"
#include "core/formats/run_record.h"

namespace dvx {

namespace {
template <typename T>
std::vector<T> united(const std::vector<T>& a, const std::vector<T>& b) {
  std::vector<T> both;
  std::ranges::set_union(a, b, std::back_inserter(both));
  return both;
}
}  // namespace

RunClosure run_closure(const ObjectStore& store, const std::vector<ObjectId>& starts,
                       const std::vector<ObjectId>& known) {
  RunClosure closure;
  std::vector<ObjectId> open = starts;
  std::unordered_set<ObjectId> seen, logs;
  while (!open.empty()) {
    throw_if_interrupted();
    const ObjectId id = open.back();
    open.pop_back();
    if (!seen.insert(id).second || std::ranges::binary_search(known, id)) continue;
    if (!store.contains(id)) {
      closure.absent.push_back(id);
      continue;
    }
    const RunRecord record = parse_run_record(store.read_bytes(id), id.to_hex());
    closure.runs.push_back({record.key, id});
    if (record.log) logs.insert(*record.log);
    for (const RunDependency& dep : record.deps) {
      if (dep.producer) open.push_back(*dep.producer);
    }
  }
  closure.logs.assign(logs.begin(), logs.end());
  std::sort(closure.runs.begin(), closure.runs.end());
  std::sort(closure.logs.begin(), closure.logs.end());
  std::sort(closure.absent.begin(), closure.absent.end());
  return closure;
}

RunClosure join(const RunClosure& a, const RunClosure& b) {
  return {united(a.runs, b.runs), united(a.logs, b.logs), united(a.absent, b.absent)};
}

std::vector<ObjectId> run_ids(const std::vector<RunCacheEntry>& entries) {
  std::vector<ObjectId> ids;
  ids.reserve(entries.size());
  for (const RunCacheEntry& entry : entries) ids.push_back(entry.run);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace dvx
