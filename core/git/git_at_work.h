// A git that dvx has started, as later dvx see it: a note in git's directory, with a kernel lock that the git
// and all that it starts hold open too. When they are killed together with dvx, the kernel lets go of the
// lock and the note stays: it says that lock files which came after it were left by a git that is dead.
#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "base/subprocess.h"
#include "base/unique_fd.h"

namespace dvx {

class GitAtWork {
 public:
  // Writes the note into `git_dir`. On a file system that cannot (without O_TMPFILE) there is none, and
  // nothing is ever concluded from its absence.
  explicit GitAtWork(const std::string& git_dir);
  GitAtWork(const GitAtWork&) = delete;
  GitAtWork& operator=(const GitAtWork&) = delete;
  ~GitAtWork();  // removes the note

  BeforeExec hold_in_child();
  // "" when there is none. Git may append what it has to say to it (GIT_TRACE2_EVENT).
  const std::string& note() const { return path_; }

 private:
  std::string path_;
  UniqueFd fd_;
  int held_ = -1;  // its number, which the child reads
};

// The notes in a git directory, read.
struct NotedGit {
  bool is_alive = false;               // one that a dvx started is at work
  std::optional<timespec> dead_since;  // of those that were killed with their dvx, when the first began
  std::vector<std::string> dead_notes;
};
NotedGit read_git_notes(const std::string& git_dir);

}  // namespace dvx
