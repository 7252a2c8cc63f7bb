// Git as dvx needs it: reading through libgit2, and running `git` for what needs hooks, credentials or
// signing. All paths are relative to the work tree, bytes with '/'. Single-threaded. Errors: NotFound (a
// revision), Corruption and Io (git's own files), Config (git refused).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace dvx {

struct GitCommitInfo {
  std::string id;  // 40 hex digits
  std::string author, email, summary;
  std::int64_t time = 0;  // seconds since the epoch
};

struct GitIndexEntry {
  std::string path;
  std::uint64_t size = 0;  // of the blob; from index_entries() git's stat cache of the file, modulo 2^32
  std::uint32_t mode = 0;  // 0100644, 0100755, 0120000, 0160000 (submodule)
  std::string blob_id;
};

// How a git ended that ran on our terminal.
struct GitEnd {
  int exit_status = 0;  // as git gave it; 128+n for signal n
  // When git gave up, with a status of 128 or more that would pass for a signal: what dvx makes of it. Locked
  // when another git was at work.
  std::optional<Error> refusal = std::nullopt;
};

struct IndexName;
struct ProcessResult;

class GitRepository {
 public:
  // Nearest repository around `path`; nullopt when there is none. Linked worktrees and submodules are
  // repositories.
  static std::optional<GitRepository> discover(const std::string& path);
  GitRepository(GitRepository&&) noexcept;
  GitRepository& operator=(GitRepository&&) noexcept;
  ~GitRepository();

  const std::string& work_tree() const;   // absolute, without a trailing '/'
  const std::string& git_dir() const;     // of this worktree
  const std::string& common_dir() const;  // shared by all worktrees
  std::string hooks_dir() const;          // honours core.hooksPath

  std::optional<std::string> head() const;                 // commit id; nullopt before the first commit
  std::string resolve(const std::string& revision) const;  // to a commit id; NotFound
  GitCommitInfo commit_info(const std::string& commit) const;
  std::vector<std::string> commit_parents(const std::string& commit) const;
  // Commits reachable from `start`, newest first; the visitor returns false to stop.
  void walk_history(const std::string& start, const std::function<bool(const GitCommitInfo&)>& visit) const;

  // Content of a file as of a commit, or in the git index. nullopt when it is not there.
  std::optional<std::string> read_at(const std::string& commit, const std::string& path) const;
  // The same as git writes it into a work tree: with the line ends that attributes ask for. nullopt also
  // where this cannot be told: for a symlink, and where an attribute names a filter program or an encoding.
  std::optional<std::string> read_checked_out_at(const std::string& commit, const std::string& path) const;
  std::optional<std::string> read_index(const std::string& path) const;
  std::string read_blob(const std::string& blob_id) const;
  bool exists_at(const std::string& commit, const std::string& path) const;  // a file or a directory
  // Files that differ between two commits, sorted; `from` nullopt is the empty tree. Costs what differs.
  std::vector<std::string> changed_paths(const std::optional<std::string>& from, const std::string& to) const;
  // Every file of a commit or of the index whose path passes the filter, sorted.
  std::vector<GitIndexEntry> list_at(const std::string& commit,
                                     const std::function<bool(std::string_view)>& filter) const;
  // The entry of the index at exactly this path; nullopt for a path in conflict, too.
  std::optional<GitIndexEntry> index_entry(const std::string& path) const;
  std::vector<GitIndexEntry> index_entries() const;
  std::vector<GitIndexEntry> index_entries(const std::function<bool(std::string_view)>& filter) const;
  // A value of git's settings; nullopt when it is not set.
  std::optional<std::string> setting(const char* name) const;
  // Paths staged for the next commit: index against HEAD (added, changed, deleted).
  struct StagedChange {
    GitIndexEntry entry;  // as staged; of a deleted file, as it is in HEAD
    bool deleted = false;
    std::optional<GitIndexEntry> before;  // as it is in HEAD; nullopt for a new file
  };
  std::vector<StagedChange> staged_changes() const;
  bool is_tracked(const std::string& path) const;  // `path`, or anything below it, is in the git index
  bool is_dirty() const;                           // tracked files differ from HEAD
  // What the git index has at or below a directory, in whatever case its last name is written. Costs next to
  // nothing for one whose name begins with '.', however large the index is. Looks at git's own index, not at
  // that of use_index_file().
  std::vector<IndexName> indexed_beneath(const std::string& directory) const;

  // `git add`, deletions too; paths that git and the disk know nothing of are passed over. Ignored ones are
  // staged.
  void stage(const std::vector<std::string>& paths);
  void unstage(const std::vector<std::string>& paths);  // git rm --cached, whatever is staged for them
  // The git index to look at instead of the usual one: git names it in GIT_INDEX_FILE when it runs a hook.
  void use_index_file(const std::string& path);
  // Runs `git` in the work tree on our terminal; gives how it ended, when all it wrote is durable.
  GitEnd run(const std::vector<std::string>& arguments) const;
  // The same with what it prints on our stderr, so that stdout stays ours.
  GitEnd run_on_stderr(const std::vector<std::string>& arguments) const;
  // The same without the terminal, of a git that only looks: it takes no lock, fetches nothing, and runs no
  // program that settings or attributes name, be it a hook, a monitor, a pager, a filter of diffs.
  ProcessResult ask(const std::vector<std::string>& arguments) const;
  // The same without the terminal: what it said is in the result.
  ProcessResult capture(const std::vector<std::string>& arguments, const std::string& input = {}) const;

 private:
  struct Impl;
  GitEnd run_in_terminal(std::vector<std::string> argv) const;
  void run_on_paths(std::vector<std::string> arguments, const std::vector<std::string>& paths) const;
  explicit GitRepository(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dvx
