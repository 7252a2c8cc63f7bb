// History that a clone was made without: parents of a shallow clone (`--depth`), files and trees of a partial
// one (`--filter`). It is absent on purpose, and nothing is damaged.
#pragma once

#include <git2.h>

#include <set>
#include <string>

namespace dvx {

// Commits (40 hex digits) whose parents were not cloned.
std::set<std::string> shallow_commits(const std::string& common_dir);

// Whether git fetches objects that are missing here when it needs them.
bool is_partial_clone(git_repository* repository);

// The command that brings all that a partial clone left out.
constexpr const char* kFetchEverything = "git fetch --refetch --no-filter";

}  // namespace dvx
