// Git as dvx needs it: reading through libgit2, and running `git` for what needs hooks, credentials or signing.
// All paths are relative to the work tree. Single-threaded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

struct GitCommitInfo {
  std::string id;  // 40 hex digits
  std::string author, email, summary;
  std::int64_t time = 0;  // seconds since the epoch
};

struct GitIndexEntry {
  std::string path;
  std::uint64_t size = 0;  // of the blob
  std::uint32_t mode = 0;  // 0100644, 0100755, 0120000, 0160000 (submodule)
  std::string blob_id;
};

class GitRepository {
 public:
  // Nearest repository around `path`; nullopt when there is none. Linked worktrees and submodules are repositories.
  static std::optional<GitRepository> discover(const std::string& path);
  GitRepository(GitRepository&&) noexcept;
  GitRepository& operator=(GitRepository&&) noexcept;
  ~GitRepository();

  const std::string& work_tree() const;   // absolute, without a trailing '/'
  const std::string& git_dir() const;     // of this worktree
  const std::string& common_dir() const;  // shared by all worktrees
  std::string hooks_dir() const;          // honours core.hooksPath

  std::optional<std::string> head() const;         // commit id; nullopt before the first commit
  std::string head_name() const;                   // "main", or "HEAD" when detached
  std::string resolve(const std::string& revision) const;  // to a commit id; NotFound
  GitCommitInfo commit_info(const std::string& commit) const;
  // Commits reachable from `start`, newest first; the visitor returns false to stop.
  void walk_history(const std::string& start, const std::function<bool(const GitCommitInfo&)>& visit) const;

  // Content of a file as of a commit, or in the git index. nullopt when it is not there.
  std::optional<std::string> read_at(const std::string& commit, const std::string& path) const;
  std::optional<std::string> read_index(const std::string& path) const;
  std::string read_blob(const std::string& blob_id) const;
  // Every file of a commit or of the index whose path passes the filter, sorted.
  std::vector<GitIndexEntry> list_at(const std::string& commit,
                                     const std::function<bool(std::string_view)>& filter) const;
  std::vector<GitIndexEntry> index_entries() const;
  // Paths staged for the next commit: index against HEAD (added, changed, deleted).
  struct StagedChange {
    GitIndexEntry entry;
    bool deleted = false;
  };
  std::vector<StagedChange> staged_changes() const;
  bool is_tracked(const std::string& path) const;  // `path`, or anything below it, is in the git index
  bool is_dirty() const;                           // tracked files differ from HEAD

  std::vector<std::string> all_refs_commits() const;  // tips of branches, tags, remotes and stash

  void stage(const std::vector<std::string>& paths);    // git add
  void unstage(const std::vector<std::string>& paths);  // git rm --cached
  // Runs `git` in the work tree with the given arguments on our terminal; returns its exit status.
  int run(const std::vector<std::string>& arguments) const;

 private:
  struct Impl;
  explicit GitRepository(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dvx
