// Locks of a git that no longer lives: the power went, or it was killed, while it held them, and every other
// git would refuse to work until somebody removes them by hand.
//
// A lock is removed on proof alone; where anything is in doubt it stays. Only regular files on file systems
// that no other machine writes to. Proof is one of these:
//  - It is older than the start of the machine.
//  - A git that dvx had started was killed with its dvx (git_at_work.h), and the lock came after the note; or
//    the lock is empty and has been left alone for two seconds, as a git leaves it that was killed before it
//    wrote. And in both cases: no git that dvx started is at work, no process of the machine has the lock
//    open, and no git is at work in this repository.
#pragma once

#include <ctime>
#include <string>
#include <vector>

namespace dvx {

// When this machine was started, by the clock as it is set now.
std::time_t boot_time();

// Where git's locks are, and where a git would be that holds them.
struct GitPlaces {
  std::string git_dir;
  std::vector<std::string> directories;  // work tree and directories of git
  std::vector<std::string> locks;
};

// Several dvx do this one after the other. Returns what was removed.
std::vector<std::string> remove_dead_locks(const GitPlaces& places, std::time_t boot);

}  // namespace dvx
