// Text that git left with the marks of a merge conflict in it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace dvx {

struct MergeConflict {
  std::size_t line = 1;      // of the first mark, from 1
  std::string ours, theirs;  // as git names the sides: "HEAD", a branch, a commit; "" is not known
};

// nullopt when there is none. It begins with git's first mark at the start of a line, and has two more,
// unless somebody has edited some of them away.
std::optional<MergeConflict> find_merge_conflict(std::string_view text);

// The text with our side of each conflict in its place, and without marks.
std::string our_side_of(std::string_view text);

// The message about the file `name`, and the command that puts it right.
Error merge_conflict_error(const MergeConflict& conflict, const std::string& name);
// Throws that when there is a conflict.
void refuse_merge_conflict(std::string_view text, const std::string& name);

}  // namespace dvx
