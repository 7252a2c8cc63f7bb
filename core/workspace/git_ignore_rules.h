// What git ignores in a project: its .gitignore files, and the rules that lie outside of the work tree
// (`core.excludesFile`, `info/exclude`).
#pragma once

#include <string>

#include "core/repo/repository.h"
#include "core/workspace/ignore.h"

namespace dvx {

class GitIgnoreRules {
 public:
  GitIgnoreRules() = default;  // of no repository: none

  // Those that hold at the root of the project, from outside and from the directories above.
  static GitIgnoreRules at_root(Repository& repository);
  // Only what .gitignore files say, which every clone has, for what lies in `directory`.
  static GitIgnoreRules tracked(Repository& repository, const std::string& directory);

  // With the .gitignore of `directory`, which has this text. Paths are from the root of the project.
  GitIgnoreRules with(std::string_view text, const std::string& directory) const;
  bool ignores(const std::string& path, PathKind kind) const;
  // The path, or a directory above it up to the root.
  bool covers(const std::string& path, PathKind kind) const;

 private:
  std::string prefix_;  // of the root, from the top of git's work tree
  IgnoreRules rules_;   // paths from the top
};

}  // namespace dvx
