#include "core/commands/log.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/revision.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

bool concerns_dvx(const std::string& path) {
  return is_pointer_path(path) || path == kLockFileName || file_name(path) == kPipelineFileName;
}

// A merge is told only when it brings something that none of its parents had: as git log does.
bool changes_tracking(const GitRepository& git, const std::string& commit,
                      const std::vector<std::string>& parents) {
  const auto changed_since = [&](const std::optional<std::string>& parent) {
    return std::ranges::any_of(git.changed_paths(parent, commit), concerns_dvx);
  };
  if (parents.empty()) return changed_since(std::nullopt);
  return std::ranges::all_of(parents, [&](const std::string& parent) { return changed_since(parent); });
}

LogEntry entry_of(Repository& repository, const GitCommitInfo& commit,
                  const std::vector<std::string>& parents, const std::vector<std::string>& paths,
                  Progress& progress) {
  LogEntry entry{.commit = commit, .data = {}, .values = {}, .unreadable = {}};
  try {
    const Revision before =
        parents.empty() ? Revision::nothing(repository) : Revision::of(repository, parents[0]);
    const Revision after = Revision::of(repository, commit.id);
    DiffReport report = diff_revisions(repository, before, after, paths, progress);
    entry.data = std::move(report.data);
    entry.values = std::move(report.values);
    // Files that this commit did not touch were told by the commit that did.
    std::erase_if(entry.values.unreadable, [](const UnreadableValues& values) { return !values.changed; });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Config) throw;
    entry.unreadable = error.message();  // somebody committed a file that does not parse; history goes on
  }
  return entry;
}

}  // namespace

LogReport log(Repository& repository, const LogOptions& options, Progress& progress) {
  LogReport report;
  const GitRepository& git = repository.git();
  const std::optional<std::string> start = options.start.empty() ? git.head() : git.resolve(options.start);
  if (!start) return report;
  std::vector<std::string> paths;
  if (!options.path.empty()) paths.push_back(repository.from_user(options.path));
  git.walk_history(*start, [&](const GitCommitInfo& commit) {
    throw_if_interrupted();
    const std::vector<std::string> parents = git.commit_parents(commit.id);
    if (!changes_tracking(git, commit.id, parents)) return true;
    LogEntry entry = entry_of(repository, commit, parents, paths, progress);
    const bool tells = !entry.data.empty() || entry.values.differs();
    if (tells || !entry.unreadable.empty()) report.entries.push_back(std::move(entry));
    return options.limit == 0 || report.entries.size() < options.limit;
  });
  return report;
}

}  // namespace dvx
