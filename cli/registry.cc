// The list of all commands, in the order of `dvx --help`.
#include "cli/command.h"
#include "cli/commands/commands.h"

namespace dvx {

const std::vector<CommandSpec>& all_commands() {
  static const std::vector<CommandSpec> commands = {
      rm_command(),
      mv_command(),
      commit_command(),
      diff_command(),
      log_command(),
      ls_command(),
      cat_command(),
      repro_command(),
      why_command(),
      init_command(),
      add_command(),
      checkout_command(),
      restore_command(),
      stage_command(),
      repro_command(),
      dag_command(),
      why_command(),
      lineage_command(),
      fsck_command(),
      remote_command(),
      push_command(),
      fetch_command(),
      pull_command(),
      hooks_command(),
      doctor_command(),
      hook_command(),
      config_command(),
  };
  return commands;
}

}  // namespace dvx
