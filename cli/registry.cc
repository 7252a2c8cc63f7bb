// The list of all commands, in the order in which `dvx --help` shows them.
#include "cli/command.h"
#include "cli/commands/commands.h"

namespace dvx {

const std::vector<CommandSpec>& all_commands() {
  static const std::vector<CommandSpec> commands = {
      init_command(),    add_command(),    commit_command(), status_command(),    checkout_command(),
      restore_command(), rm_command(),     mv_command(),     unprotect_command(), stage_command(),
      repro_command(),   diff_command(),   log_command(),    ls_command(),        cat_command(),
      dag_command(),     why_command(),    logs_command(),   lineage_command(),   schema_command(),
      fsck_command(),    remote_command(), push_command(),   fetch_command(),     pull_command(),
      config_command(),  hooks_command(),  hook_command(),   gc_command(),        doctor_command(),
      verify_command(),  stages_command(), freeze_command(), unfreeze_command(),  queue_command(),
      job_command(),     trust_command(),
  };
  return commands;
}

}  // namespace dvx
