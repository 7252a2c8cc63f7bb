// Every file that can be reached in a git repository, each content once: what branches, tags, remotes, notes,
// the stash, reflogs, the HEADs and indexes of all work trees and operations in progress lead to.
//
// The work is linear in distinct commits, trees and files: a tree that was entered once, from whatever
// commit, is not entered again. walk() may be called again later and then gives what came since. Nothing is
// passed over: an object of git's that is missing where a ref needs it is an Error{Corruption}, because what
// it names is not known. Single-threaded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

// Where reach begins.
struct GitTip {
  std::string name;  // "refs/heads/main", "HEAD of /path", "reflog of refs/heads/main", "index of /path"
  std::string id;    // 40 hex digits; "" for an index
};

struct ReachedFile {
  std::string tip;      // name of the one that led here first
  std::string commit;   // 40 hex digits; "" in an index
  std::string path;     // from the top of the work tree
  std::string blob_id;  // 40 hex digits
  std::string content;
};

struct GitWorktree {
  std::string path;  // of the work tree, absolute; "" for a bare repository
  std::string git_dir;
};

class HolderSearch;

class GitReach {
 public:
  using Filter = std::function<bool(std::string_view name)>;  // of the last component of a path

  // `common_dir` is what GitRepository calls so. Reflog entries that are older than `reflog_since` (seconds
  // since 1970) do not count. Config or Io when it cannot be opened.
  GitReach(const std::string& common_dir, std::int64_t reflog_since, Filter filter);
  GitReach(GitReach&&) noexcept;
  ~GitReach();

  std::vector<GitWorktree> worktrees() const;  // the main one first
  std::vector<GitTip> tips() const;
  void walk(const std::function<void(const ReachedFile&)>& visit);

  // For each tip from which one of these files (by blob id) can be reached: a commit that has it, and where.
  // A file that an index has is named by the index's tip, without a commit.
  std::vector<ReachedFile> holders(const std::set<std::string>& blob_ids) const;

  std::uint64_t commits() const;  // seen so far
  std::uint64_t trees() const;

 private:
  friend class HolderSearch;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dvx
