#include "core/remote/run_closure.h"

#include <algorithm>
#include <unordered_set>

#include "core/lineage/run_record.h"

namespace dvx {

RunClosure run_closure(const ObjectStore& store, const std::vector<ObjectId>& starts) {
  RunClosure closure;
  std::vector<ObjectId> open = starts;
  std::unordered_set<ObjectId> seen, logs;
  while (!open.empty()) {
    const ObjectId id = open.back();
    open.pop_back();
    if (!seen.insert(id).second) continue;
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

}  // namespace dvx
