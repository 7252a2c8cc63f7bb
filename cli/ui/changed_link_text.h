// The messages with which push and gc report that somebody wrote into the store through a link.
#pragma once

#include <vector>

#include "cli/command.h"
#include "core/workspace/changed_links.h"

namespace dvx {

// Adds one error for each changed link, which names the paths in the workspace, and raises the exit status.
void add_changed_links(Outcome& outcome, const std::vector<ChangedLink>& changed,
                       const Repository& repository);
nlohmann::json changed_links_json(const std::vector<ChangedLink>& changed);

}  // namespace dvx
