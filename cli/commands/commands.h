// Declares each command; each is defined in the file of its name.
#pragma once

#include "cli/command.h"

namespace dvx {

CommandSpec add_command();
CommandSpec cat_command();
CommandSpec checkout_command();
CommandSpec commit_command();
CommandSpec config_command();
CommandSpec dag_command();
CommandSpec diff_command();
CommandSpec doctor_command();
CommandSpec fetch_command();
CommandSpec freeze_command();
CommandSpec fsck_command();
CommandSpec gc_command();
CommandSpec hook_command();
CommandSpec hooks_command();
CommandSpec init_command();
CommandSpec job_command();
CommandSpec trust_command();
CommandSpec lineage_command();
CommandSpec unfreeze_command();
CommandSpec verify_command();
CommandSpec log_command();
CommandSpec logs_command();
CommandSpec ls_command();
CommandSpec mv_command();
CommandSpec unprotect_command();
CommandSpec pull_command();
CommandSpec push_command();
CommandSpec queue_command();
CommandSpec remote_command();
CommandSpec repro_command();
CommandSpec restore_command();
CommandSpec rm_command();
CommandSpec schema_command();
CommandSpec stage_command();
CommandSpec stages_command();
CommandSpec status_command();
CommandSpec why_command();

}  // namespace dvx
