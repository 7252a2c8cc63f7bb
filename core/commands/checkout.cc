#include "core/commands/checkout.h"

#include "base/error.h"
#include "base/file.h"
#include "core/runs/stage_claims.h"
#include "core/workspace/revision.h"
#include "core/workspace/targets.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"

namespace dvx {

CheckoutReport checkout(Repository& repository, const CheckoutOptions& options, Progress& progress) {
  const WritingLock lock = repository.lock_for_writing();
  std::vector<std::string> paths;
  for (const std::string& typed : options.paths) paths.push_back(repository.from_user(typed));
  const Revision revision =
      options.revision.empty() ? Revision::workspace(repository) : Revision::of(repository, options.revision);
  const auto targets = checkout_targets(repository, revision.tracked(), paths);
  std::vector<std::string> places;
  for (const CheckoutTarget& target : targets) places.push_back(target.path);
  const StageClaims claims = keep_outputs(repository, places);
  CheckoutReport report =
      checkout_paths(repository, targets, options.overwrite, progress, IfCutShort::Remember);
  // What was tracked when its checkout was cut short, and is not any more, is nobody's business.
  const bool is_all = options.paths.empty() && report.would_lose.empty() && report.missing.empty();
  if (is_all) UnfinishedCheckouts(repository).end_all();
  return report;
}

bool names_revision(Repository& repository, const std::string& word) {
  try {
    const std::string path = repository.from_user(word);
    if (exists(repository.path(path)) || tracked_around(tracked_paths(repository), path) != nullptr)
      return false;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Usage) throw;
  }
  try {
    repository.git().resolve(word);
    return true;
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::NotFound) throw;
    return false;
  }
}

}  // namespace dvx
