// The git hooks of a repository as files: put there, taken away, looked at. A hook that is there already is
// kept beside ours and runs first (docs/hooks.md). Git decides where hooks live: core.hooksPath, shared by
// worktrees.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/git/git_repository.h"

namespace dvx {

enum class HookState {
  Absent,     // no hook of that name
  Foreign,    // somebody else's
  Installed,  // ours
  Outdated,   // ours, but not what this dvx would write
};
std::string_view hook_state_name(HookState state);

struct HookStatus {
  std::string name;  // "pre-commit"
  std::string file;  // absolute
  HookState state = HookState::Absent;
  bool chained = false;  // a hook from before is kept and runs first
};

// `executable` is the dvx that the hook calls; when it is gone, the hook looks in PATH.
std::vector<HookStatus> hook_status(const GitRepository& git, const std::string& executable);
// Blocked when a foreign hook stands in the way and an older one is kept already.
std::vector<HookStatus> install_hooks(const GitRepository& git, const std::string& executable);
// Takes ours away and puts back what was there before; hooks of others stay.
std::vector<HookStatus> uninstall_hooks(const GitRepository& git, const std::string& executable);

}  // namespace dvx
