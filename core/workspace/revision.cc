#include "core/workspace/revision.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/workspace/pipelines.h"

namespace dvx {

Revision Revision::workspace(Repository& repository) {
  return {repository, Kind::Workspace, "", ""};
}

Revision Revision::of(Repository& repository, const std::string& name) {
  return {repository, Kind::Commit, name, repository.git().resolve(name)};
}

Revision Revision::nothing(Repository& repository) {
  return {repository, Kind::Nothing, "", ""};
}

Revision Revision::head(Repository& repository) {
  const std::optional<std::string> commit = repository.git().head();
  if (!commit) return {repository, Kind::Nothing, "HEAD", ""};
  return {repository, Kind::Commit, "HEAD", *commit};
}

std::vector<TrackedPath> Revision::tracked() const {
  switch (kind_) {
    case Kind::Workspace:
      return tracked_paths(*repository_);
    case Kind::Commit:
      return tracked_paths_at(*repository_, commit_);
    case Kind::Nothing:
      break;
  }
  return {};
}

std::optional<std::string> Revision::read_file(const std::string& path) const {
  if (kind_ == Kind::Nothing) return std::nullopt;
  if (kind_ == Kind::Commit) return repository_->git().read_at(commit_, path);
  const auto status = stat_if_exists(repository_->path(path));
  if (!status || S_ISDIR(status->st_mode)) return std::nullopt;
  return read_file_if_exists(repository_->path(path));
}

std::optional<PipelineFile> Revision::pipeline() const {
  if (kind_ == Kind::Nothing) return std::nullopt;
  return kind_ == Kind::Commit ? pipeline_at(*repository_, commit_) : workspace_pipeline(*repository_);
}

RevisionPath parse_revision_path(Repository& repository, const std::string& typed) {
  const auto colon = typed.find(':');
  // A file may have a colon in its name; what exists is meant.
  if (colon == std::string::npos || colon == 0 || exists(repository.path(repository.from_user(typed)))) {
    return {Revision::workspace(repository), repository.from_user(typed)};
  }
  Revision revision = Revision::of(repository, typed.substr(0, colon));
  const std::string path = typed.substr(colon + 1);
  const bool from_here = path == "." || path == ".." || path.starts_with("./") || path.starts_with("../");
  if (from_here) return {std::move(revision), repository.from_user(path)};
  const std::string normalized = normalize_path(path);
  if (normalized == ".." || normalized.starts_with("../") || normalized.starts_with('/')) {
    throw Error(ErrorKind::Usage, "path '" + path + "' is outside of the repository", "dvx ls", path);
  }
  return {std::move(revision), normalized};
}

}  // namespace dvx
