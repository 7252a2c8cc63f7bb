// Asking the `git` program what libgit2 cannot tell. Nothing that the repository's own settings name is run
// for an answer: no hook, no file system monitor.
#pragma once

#include <string>
#include <vector>

#include "base/subprocess.h"

namespace dvx {

enum class MissingObjects { StayMissing, MayBeFetched };  // of a partial clone

struct GitQuestion {
  std::string git_dir, work_tree;
  std::string index_file;  // in place of the usual one, or ""
  std::vector<std::string> arguments;
  std::string input = {};
  MissingObjects missing = MissingObjects::StayMissing;
};

ProcessResult ask_git(const GitQuestion& question);

}  // namespace dvx
