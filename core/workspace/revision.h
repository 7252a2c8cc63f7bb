// One state of a repository to look at: a commit, the workspace as it is now, or nothing at all (before the
// first commit).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"
#include "core/repo/repository.h"
#include "core/workspace/tracked.h"

namespace dvx {

class Revision {
 public:
  static Revision workspace(Repository& repository);
  // NotFound when git does not know `name`.
  static Revision of(Repository& repository, const std::string& name);
  static Revision nothing(Repository& repository);
  // HEAD, or nothing before the first commit.
  static Revision head(Repository& repository);

  bool is_workspace() const { return kind_ == Kind::Workspace; }
  const std::string& name() const { return name_; }      // as the user gave it; "" for the workspace
  const std::string& commit() const { return commit_; }  // full id; "" for the workspace or nothing

  // As recorded in pointer files and the lock, sorted by path.
  std::vector<TrackedPath> tracked() const;
  // A file that git keeps (in the workspace: any file). nullopt when it is not there.
  std::optional<std::string> read_file(const std::string& path) const;
  std::optional<PipelineFile> pipeline() const;  // nullopt when there is no dvx.yaml

 private:
  enum class Kind { Workspace, Commit, Nothing };
  Revision(Repository& repository, Kind kind, std::string name, std::string commit)
      : repository_(&repository), kind_(kind), name_(std::move(name)), commit_(std::move(commit)) {}

  Repository* repository_;
  Kind kind_;
  std::string name_, commit_;
};

// "v1:data/raw": a revision and a path in it. Without a colon the revision is the workspace.
struct RevisionPath {
  Revision revision;
  std::string path;  // from the root; "" is the root
};
// The path of "rev:path" is from the root, as git has it, unless it starts with "./" or "../"; that of a
// plain path is from the user's directory.
RevisionPath parse_revision_path(Repository& repository, const std::string& typed);

}  // namespace dvx
