// Owned libgit2 handles and the translation of its errors. Seen by core/git and core/repo/config alone.
#pragma once

#include <git2.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace dvx {

template <auto Free>
struct GitFree {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};

template <typename T, auto Free>
using GitHandle = std::unique_ptr<T, GitFree<Free>>;

using GitRepositoryHandle = GitHandle<git_repository, git_repository_free>;
using GitReference = GitHandle<git_reference, git_reference_free>;
using GitObject = GitHandle<git_object, git_object_free>;
using GitCommit = GitHandle<git_commit, git_commit_free>;
using GitTree = GitHandle<git_tree, git_tree_free>;
using GitTreeEntry = GitHandle<git_tree_entry, git_tree_entry_free>;
using GitBlob = GitHandle<git_blob, git_blob_free>;
using GitIndex = GitHandle<git_index, git_index_free>;
using GitOdb = GitHandle<git_odb, git_odb_free>;
using GitDiff = GitHandle<git_diff, git_diff_free>;
using GitRevwalk = GitHandle<git_revwalk, git_revwalk_free>;
using GitConfig = GitHandle<git_config, git_config_free>;
using GitStatusList = GitHandle<git_status_list, git_status_list_free>;
using GitReflog = GitHandle<git_reflog, git_reflog_free>;

std::string hex_of(const git_oid& id);

// Starts libgit2 once a process.
void start_libgit2();

// Throws the Error for a failed libgit2 call: "cannot <action>: <what git says>". `code` >= 0 passes.
void check_git(int code, std::string_view action);

template <typename Handle, typename Make, typename... Arguments>
Handle git_make(std::string_view action, Make make, Arguments... arguments) {
  typename Handle::pointer raw = nullptr;
  check_git(make(&raw, arguments...), action);
  return Handle(raw);
}

// The index as it is now, while other processes may put new ones in its place: in memory where `open` gives
// one that was read before, and read again if it changed. When libgit2 cannot read it, `otherwise` is asked
// once for another way, and gives null when there is none.
GitIndex read_git_index(const std::function<int(git_index**)>& open, std::string_view action,
                        const std::function<GitIndex()>& otherwise);

}  // namespace dvx
