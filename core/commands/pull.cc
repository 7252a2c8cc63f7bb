#include "core/commands/pull.h"

#include "core/runs/stage_claims.h"

namespace dvx {

PullReport pull(Repository& repository, const PullOptions& options, Progress& progress) {
  PullReport report;
  report.fetched = fetch(repository, options.fetch, progress);
  std::vector<CheckoutTarget> targets;
  for (const FetchedPath& fetched : report.fetched.targets) targets.push_back({fetched.path, fetched.data});
  std::vector<std::string> places;
  for (const CheckoutTarget& target : targets) places.push_back(target.path);
  const WritingLock lock = repository.lock_for_writing();
  const StageClaims claims = keep_outputs(repository, places);
  report.checkout = checkout_paths(repository, targets, options.overwrite, progress, IfCutShort::Remember);
  return report;
}

}  // namespace dvx
