// Locks of a git that no longer lives: the power went while it held them, and it would refuse to work until
// somebody removes them by hand.
#pragma once

#include <ctime>
#include <string>
#include <vector>

namespace dvx {

// When this machine was started, by the clock as it is set now.
std::time_t boot_time();

// Removes those of `locks` that are older than `boot`: no process that made one can be alive. Only on file
// systems that no other machine writes to; elsewhere, and where anything is in doubt, a lock stays. Returns
// what was removed.
std::vector<std::string> remove_dead_locks(const std::vector<std::string>& locks, std::time_t boot);

}  // namespace dvx
