#include "core/commands/pull.h"

namespace dvx {

PullReport pull(Repository& repository, const PullOptions& options, Progress& progress) {
  PullReport report;
  report.fetched = fetch(repository, options.fetch, progress);
  std::vector<CheckoutTarget> targets;
  for (const FetchedPath& fetched : report.fetched.targets) targets.push_back({fetched.path, fetched.data});
  const WritingLock lock = repository.lock_for_writing();
  report.checkout = checkout_paths(repository, targets, options.overwrite, progress);
  return report;
}

}  // namespace dvx
