// Upkeep of the .gitignore files that keep tracked data out of git: one line "/name" beside the data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

// The line for data of this name: anchored, with what git would take for a pattern escaped.
std::string gitignore_line(std::string_view name);

// Puts the line for `path` (from the root) into the .gitignore of its directory, unless a .gitignore covers
// it already. Returns that file's path when it was changed, else nullopt.
std::optional<std::string> ignore_in_git(Repository& repository, const std::string& path);
// The same for many, each file read and written once. Returns the files that were changed, sorted.
std::vector<std::string> ignore_in_git(Repository& repository, const std::vector<std::string>& paths);
// Takes it out again; a .gitignore that becomes empty is removed.
std::optional<std::string> unignore_in_git(Repository& repository, const std::string& path);

}  // namespace dvx
