// The git hooks of a repository as files: installing, removing and inspecting them. A hook that exists
// already is kept beside ours and runs first (docs/hooks.md). Git decides where the hooks are: core.hooksPath
// is followed, and worktrees share their hooks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/git/git_repository.h"

namespace dvx {

enum class HookState {
  // There is no hook of that name.
  Absent,
  // The hook belongs to somebody else.
  Foreign,
  // The hook is ours.
  Installed,
  // The hook is ours, but this dvx would write a different one.
  Outdated,
};
std::string_view hook_state_name(HookState state);

struct HookStatus {
  std::string name;  // "pre-commit"
  std::string file;  // absolute
  HookState state = HookState::Absent;
  // Whether an earlier hook is kept and runs first.
  bool chained = false;
};

// `executable` is the dvx that the hook calls. When that file is gone, the hook looks for dvx in PATH.
std::vector<HookStatus> hook_status(const GitRepository& git, const std::string& executable);
// Throws Error{Blocked} when a foreign hook would have to be kept but an older one is kept already.
std::vector<HookStatus> install_hooks(const GitRepository& git, const std::string& executable);
// Removes our hooks and restores the earlier ones. Hooks of others stay.
std::vector<HookStatus> uninstall_hooks(const GitRepository& git, const std::string& executable);

}  // namespace dvx
