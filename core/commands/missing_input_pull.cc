#include "core/commands/missing_input_pull.h"

#include <fmt/format.h>

#include "base/error.h"
#include "core/commands/pull.h"
#include "core/pipeline/missing_input.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

// All that `dvx pull` needs is the remote's or the user's fault but these.
bool ends_the_run(const Error& error) {
  return error.kind() == ErrorKind::Interrupted || error.kind() == ErrorKind::Internal ||
         error.kind() == ErrorKind::Config || error.kind() == ErrorKind::Usage;
}

}  // namespace

void pull_missing_inputs(PipelineSurvey& survey, const std::vector<std::size_t>& selected,
                         Progress& progress) {
  const std::vector<std::string> missing = missing_inputs(survey, selected);
  if (missing.empty()) return;
  Repository& repository = survey.repository();
  const std::vector<TrackedPath> tracked = tracked_paths(repository);
  PullOptions options;
  for (const std::string& path : missing) {
    const TrackedPath* around = tracked_around(tracked, path);
    if (around == nullptr || !around->cached || !around->data) continue;
    options.fetch.paths.push_back(repository.to_user(path));
  }
  if (options.fetch.paths.empty()) return;
  try {
    pull(repository, options, progress);
  } catch (const Error& error) {
    if (ends_the_run(error)) throw;
    progress.warning(fmt::format("inputs that are not here were not pulled: {}", error.message()));
  }
  for (const std::string& path : missing) survey.forget(path);
}

}  // namespace dvx
